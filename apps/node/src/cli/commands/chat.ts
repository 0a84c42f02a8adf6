import { SHOAL } from '../../base/program.ts'
import { CHAT_OPTIONS, type ChatAction } from '../chat/context.ts'
import * as histories from '../chat/histories.ts'
import * as membership from '../chat/membership.ts'
import * as reading from '../chat/reading.ts'
import * as writing from '../chat/writing.ts'
import { openNode } from '../client/node-client.ts'
import { defineCommand } from '../command.ts'
import { refuseOptionsOfOthers, subcommand } from '../subcommand.ts'
import { texts } from '../texts.ts'

const say = texts.chat

const ACTIONS: Readonly<Record<string, ChatAction>> = {
  list: reading.list,
  read: reading.read,
  follow: reading.follow,
  search: reading.search,
  info: reading.info,
  report: reading.report,
  verify: reading.verify,
  send: writing.send,
  edit: writing.edit,
  delete: writing.remove,
  react: writing.react,
  private: membership.begin,
  group: membership.create,
  room: membership.room,
  add: membership.add,
  remove: membership.remove,
  change: membership.change,
  accept: membership.accept,
  mute: membership.mute,
  unmute: membership.unmute,
  leave: membership.leave,
  forget: membership.forget,
  code: histories.code,
  give: histories.give,
  export: histories.save,
  import: histories.load,
}

/** The options of each action; omitted actions have none. */
const OPTIONS_OF: Readonly<Record<string, readonly string[]>> = {
  read: ['limit', 'before', 'around', 'keepUnread'],
  follow: ['limit', 'keepUnread', 'write'],
  search: ['limit', 'in'],
  send: ['reply', 'file', 'hub'],
  private: ['hub'],
  give: ['hub'],
  info: ['proof', 'replace'],
  export: ['replace', 'plain', 'passphraseFile', 'weakPassphrase'],
  import: ['passphraseFile'],
  group: ['hub', 'whoAdds', 'slow'],
  room: ['hub', 'make'],
  change: ['name', 'admin', 'noAdmin', 'whoAdds', 'slow', 'allow', 'allowAll'],
  forget: ['yes'],
}

export const chat = defineCommand({
  about: say.about({ shoal: SHOAL }),
  positionals: [
    { name: 'ACTION', help: say.action, optional: true, choices: Object.keys(ACTIONS) },
    { name: 'WHO', help: say.conversation, optional: true },
    { name: 'WORDS', help: say.words, optional: true, many: true },
  ],
  options: CHAT_OPTIONS,
  examples: [
    ['chat', say.examples.list],
    ['chat send Ada "See you at ten?"', say.examples.begin],
    ['chat group Harbour Ada Ben', say.examples.group],
    ['chat send Harbour "See you at ten, @Ada"', say.examples.send],
    ['chat read --json', say.examples.read],
    ['chat send Harbour Fine --reply last', say.examples.reply],
    ['chat follow Harbour', say.examples.follow],
    ["chat room 'https://host/share/#…'", say.examples.room],
  ],
  async run([action = 'list', ...words], options, { output, interrupt }) {
    const { signal } = interrupt
    const run = subcommand(
      [action],
      Object.fromEntries(Object.entries(ACTIONS).map(([name, act]) => [name, () => act])),
    )
    refuseOptionsOfOthers(OPTIONS_OF, action, options)
    return run({ node: await openNode(options, signal), options, output, signal }, words)
  },
})
