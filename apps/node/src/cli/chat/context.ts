/** Shared parts of all actions of `chat`: options, and output of results. */
import type { ChatConversation, ChatMessage } from '@shoal/api'
import { flag, integer, list, type OptionValues, value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import type { NodeClient } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import type { Output } from '../output.ts'
import { takeWords } from '../subcommand.ts'
import { texts } from '../texts.ts'
import { findConversation, shortId, titleOf } from './names.ts'

const help = texts.chat.options

export const CHAT_OPTIONS = {
  limit: value('N', { help: help.limit, short: 'n', parse: integer(1, 500) }),
  before: value('MESSAGE', { help: help.before }),
  around: value('MESSAGE', { help: help.around }),
  keepUnread: flag(help.keepUnread),
  in: value('WHO', { help: help.in }),
  write: flag(help.write),
  reply: value('MESSAGE', { help: help.reply }),
  file: list('SHARE', { help: help.file }),
  hub: value('HUB', { help: help.hub }),
  whoAdds: value('WHO', { help: help.whoAdds, choices: ['admins', 'members'] }),
  slow: value('SECONDS', { help: help.slow, parse: integer(0, 86_400) }),
  name: value('NAME', { help: help.name }),
  admin: list('PERSON', { help: help.admin }),
  noAdmin: list('PERSON', { help: help.noAdmin }),
  allow: list('PERSON', { help: help.allow }),
  allowAll: flag(help.allowAll),
  replace: flag(help.replace),
  plain: flag(help.plain),
  passphraseFile: value('FILE', { help: help.passphraseFile }),
  weakPassphrase: flag(help.weakPassphrase),
  make: flag(help.make),
  proof: value('FILE', { help: help.proof }),
  yes: flag(help.yes, { short: 'y' }),
  ...NODE_OPTIONS,
}

export interface ChatContext {
  readonly node: NodeClient
  readonly options: OptionValues<typeof CHAT_OPTIONS>
  readonly output: Output
  readonly signal: AbortSignal
}

/** Runs an action with the words after it. Resolves with the exit code if it is not 0. */
export type ChatAction = (context: ChatContext, words: readonly string[]) => Promise<number | undefined>

/** Returns the conversation that the only word names. */
export async function onlyConversation(
  { node }: ChatContext,
  words: readonly string[],
): Promise<ChatConversation> {
  const [name] = takeWords(words, 'WHO')
  return findConversation(node.api, name!)
}

/** Returns the hub of the options, for operations that take one. */
export function hubOf({ options: { hub } }: ChatContext): { hub?: string } {
  return hub === undefined ? {} : { hub }
}

/** Prints what was done with a conversation. */
export function tell(
  { output }: ChatContext,
  conversation: ChatConversation,
  text: (known: { name: string; id: string; shoal: string }) => string,
): void {
  if (output.json) return output.object(conversation)
  output.line(text({ name: titleOf(conversation), id: shortId(conversation.id), shoal: SHOAL }))
}

export function tellMessage({ output }: ChatContext, message: ChatMessage, text: string): void {
  if (output.json) output.object(message)
  else output.line(text)
}
