/** Actions that show conversations and messages. */
import { UsageError } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { asUsage } from '../client/node-client.ts'
import { takeWords } from '../subcommand.ts'
import { texts } from '../texts.ts'
import { type ChatAction, onlyConversation } from './context.ts'
import { followConversation } from './follow.ts'
import { findConversation, findMessage } from './names.ts'
import { printConversation, printConversations, printFound, printMessages, printReported } from './print.ts'
import { messageText } from './send.ts'

const say = texts.chat
const LIMIT = 20

export const list: ChatAction = async ({ node, output }, words) => {
  takeWords(words)
  const { items } = await node.api.listConversations({})
  printConversations(output, items, say.none({ shoal: SHOAL }))
  return
}

export const show: ChatAction = async (context, words) => {
  const { node, output, options } = context
  const { limit = LIMIT, before, around, keepUnread } = options
  if (before !== undefined && around !== undefined) throw new UsageError(say.beforeOrAround)
  const conversation = await onlyConversation(context, words)
  const { id } = conversation
  const idOf = async (word: string) => (await findMessage(node.api, id, word)).id
  const page = await node.api.listMessages({
    ...{ conversation: id, limit },
    ...(before !== undefined && { before: await idOf(before) }),
    ...(around !== undefined && { around: await idOf(around) }),
  })
  if (output.json) output.object(page)
  else printMessages(output, conversation, page.items)
  const last = page.items.findLast(({ sender }) => !sender.isSelf)
  if (last && !page.hasNewer && !keepUnread && !conversation.isRequest)
    await node.api.markRead({ conversation: id, message: last.id })
  return
}

export const follow: ChatAction = async (context, words) => {
  const { node, output, options, signal } = context
  const { limit = LIMIT, keepUnread, write } = options
  const writes = write || (process.stdin.isTTY === true && output.terminal !== null)
  const conversation = await onlyConversation(context, words)
  await followConversation(node, conversation, { limit, keepUnread, writes }, { output, signal })
  return
}

export const search: ChatAction = async ({ node: { api }, output, options }, words) => {
  const text = takeWords(words, 'WORDS …').join(' ')
  const { limit = LIMIT, in: within } = options
  const inside = within === undefined ? {} : { conversation: (await findConversation(api, within)).id }
  const { items } = await api.searchMessages({ text, limit, ...inside })
  if (output.json) output.object({ items })
  else printFound(output, items, (await api.listConversations({})).items)
  return
}

export const info: ChatAction = async (context, words) => {
  printConversation(context.output, await onlyConversation(context, words))
  return
}

export const report: ChatAction = async ({ node: { api }, output }, words) => {
  const [name, word] = takeWords(words, 'CONVERSATION', 'MESSAGE')
  const { id: conversation } = await findConversation(api, name!)
  const { id: message } = await findMessage(api, conversation, word!)
  const made = await api.reportMessage({ conversation, message })
  if (output.json) output.object(made)
  else output.line(made.report)
  return
}

export const verify: ChatAction = async ({ node: { api }, output }, words) => {
  const report = await messageText(takeWords(words, 'REPORT'))
  const reported = await asUsage(api.verifyReport({ report }))
  if (output.json) output.object(reported)
  else printReported(output, reported)
  return
}
