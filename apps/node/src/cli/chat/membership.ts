/** Actions on conversations and on their members. */
import type { ChatConversation, InputOf, NodeApi } from '@shoal/api'
import { UsageError } from '@shoal/options'
import { asUsage } from '../client/node-client.ts'
import { confirm } from '../confirm.ts'
import { EXIT } from '../exit.ts'
import { CommandFailure } from '../failure.ts'
import { takeWords } from '../subcommand.ts'
import { texts } from '../texts.ts'
import { type ChatAction, type ChatContext, hubOf, onlyConversation, tell } from './context.ts'
import { findConversation, findPersons, titleOf } from './names.ts'

const say = texts.chat

export const begin: ChatAction = async (context, words) => {
  const { api } = context.node
  const [word] = takeWords(words, 'PERSON')
  const [person] = await findPersons(api, [word!])
  tell(context, await asUsage(api.createPrivate({ person: person!, ...hubOf(context) })), say.begun)
  return
}

export const create: ChatAction = async (context, words) => {
  const { api } = context.node
  const [name, ...persons] = takeWords(words, 'NAME', ...(words.length > 1 ? ['PERSON …'] : []))
  const add = await findPersons(api, persons)
  const group = { name: name!, add, ...hubOf(context), ...rulesOf(context) }
  tell(context, await asUsage(api.createGroup(group)), say.created)
  return
}

export const room: ChatAction = async (context, words) => {
  const { node, options, output } = context
  const [link] = takeWords(words, 'LINK')
  if (options.make) {
    const made = await asUsage(node.api.createShareRoom({ link: link!, ...hubOf(context) }))
    if (output.json) output.object(made)
    else for (const line of [made.link, say.roomNote]) output.line(line)
    return
  }
  const joined = await asUsage(node.api.joinShareRoom({ link: link!, ...hubOf(context) }))
  tell(context, joined, say.joined)
  if (!output.json) output.line(say.shareNote)
  return
}

export const add: ChatAction = async (context, words) =>
  changeMembers(context, words, persons => ({ add: persons }))

export const remove: ChatAction = async (context, words) =>
  changeMembers(context, words, persons => ({ remove: persons }))

export const change: ChatAction = async (context, words) => {
  const { name, admin, noAdmin, allow, allowAll } = context.options
  const { api } = context.node
  if (allow.length > 0 && allowAll) throw new UsageError(say.allowOrAll)
  const rules = rulesOf(context)
  const isAdmins = admin.length + noAdmin.length > 0
  if (!isAdmins && name === undefined && allow.length === 0 && !allowAll && Object.keys(rules).length === 0)
    throw new UsageError(say.nothingToChange)
  const conversation = await onlyConversation(context, words)
  const changed = {
    ...{ conversation: conversation.id, ...rules },
    ...(name !== undefined && { name }),
    ...(isAdmins && { admins: await adminsOf(context, conversation) }),
    ...(allow.length > 0 && { allowed: await findPersons(api, allow) }),
    ...(allowAll && { allowed: null }),
  }
  tell(context, await asUsage(api.changeGroup(changed)), say.changed)
  return
}

export const accept: ChatAction = (context, words) =>
  act(context, words, (api, conversation) => api.acceptConversation({ conversation }), say.accepted)

export const mute: ChatAction = (context, words) =>
  act(
    context,
    words,
    (api, conversation) => api.setConversation({ conversation, isMuted: true }),
    say.isMuted,
  )

export const unmute: ChatAction = (context, words) =>
  act(
    context,
    words,
    (api, conversation) => api.setConversation({ conversation, isMuted: false }),
    say.isUnmuted,
  )

export const leave: ChatAction = (context, words) =>
  act(context, words, (api, conversation) => asUsage(api.leaveConversation({ conversation })), say.hasLeft)

export const forget: ChatAction = async (context, words) => {
  const { node, output, options, signal } = context
  const conversation = await onlyConversation(context, words)
  const known = { name: titleOf(conversation) }
  if (!options.yes && !(await confirm(say.question(known), say.needsYes, signal))) {
    output.line(say.declined)
    return EXIT.failed
  }
  const { items } = await node.api.forgetConversation({ conversation: conversation.id })
  if (output.json) output.object({ items })
  else output.line(say.forgotten(known))
  return
}

async function act(
  context: ChatContext,
  words: readonly string[],
  call: (api: NodeApi, conversation: string) => Promise<ChatConversation>,
  text: Parameters<typeof tell>[2],
): Promise<undefined> {
  const { id } = await onlyConversation(context, words)
  tell(context, await call(context.node.api, id), text)
}

async function changeMembers(
  context: ChatContext,
  words: readonly string[],
  change: (persons: string[]) => Partial<InputOf<'changeGroup'>>,
): Promise<undefined> {
  const { api } = context.node
  const [name, ...given] = takeWords(words, 'WHO', 'PERSON …')
  const { id: conversation } = await findConversation(api, name!)
  const persons = await findPersons(api, given)
  tell(context, await asUsage(api.changeGroup({ conversation, ...change(persons) })), say.changed)
}

/** Returns all admins after the change, as the node expects. */
async function adminsOf(
  { node: { api }, options }: ChatContext,
  { members }: ChatConversation,
): Promise<string[]> {
  const [more, fewer] = await Promise.all([
    findPersons(api, options.admin),
    findPersons(api, options.noAdmin),
  ])
  const admins = members.filter(({ isAdmin }) => isAdmin).map(({ did }) => did)
  const stray = fewer.findIndex(did => !admins.includes(did))
  if (stray >= 0) throw new CommandFailure('not-found', say.notAdmin({ person: options.noAdmin[stray]! }))
  return [...new Set([...admins, ...more])].filter(did => !fewer.includes(did))
}

function rulesOf({ options: { whoAdds, slow } }: ChatContext): {
  membersAdd?: boolean
  slowSeconds?: number
} {
  return {
    ...(whoAdds !== undefined && { membersAdd: whoAdds === 'members' }),
    ...(slow !== undefined && { slowSeconds: slow }),
  }
}
