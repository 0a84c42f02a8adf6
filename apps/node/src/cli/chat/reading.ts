/** Actions that show conversations and messages. */
import type { ChatConversation, ChatMessage } from '@shoal/api'
import { UsageError } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { asUsage } from '../client/node-client.ts'
import { CommandFailure } from '../failure.ts'
import { writeNamedFile } from '../named-file.ts'
import type { Output } from '../output.ts'
import { takeWords } from '../subcommand.ts'
import { texts } from '../texts.ts'
import { type ChatAction, type ChatContext, onlyConversation } from './context.ts'
import { followConversation } from './follow.ts'
import { findConversation, findMessage, shortId, titleOf } from './names.ts'
import {
  printConversation,
  printConversations,
  printFound,
  printHubProof,
  printMessages,
  printReported,
  printRequests,
} from './print.ts'
import { messageText } from './send.ts'

const say = texts.chat
const LIMIT = 20
/** Number of messages requested at once. */
const [LEAST_PAGE, PAGE] = [50, 500] as const
/** The beginning of a proof about a hub; any other text is a report. */
const HUB_PROOF = 'shoal-hub-proof:'

export const list: ChatAction = async ({ node, output }, words) => {
  takeWords(words)
  const { items } = await node.api.listConversations({})
  printConversations(output, items, say.none({ shoal: SHOAL }))
  return
}

export const read: ChatAction = async (context, words) => {
  const { node, output, options } = context
  const { limit = LIMIT, before, around } = options
  if (before !== undefined && around !== undefined) throw new UsageError(say.beforeOrAround)
  if (words.length === 0) return readUnread(context)
  const conversation = await onlyConversation(context, words)
  const { id } = conversation
  const idOf = async (word: string) => (await findMessage(node.api, id, word)).id
  const page = await node.api.listMessages({
    ...{ conversation: id, limit },
    ...(before !== undefined && { before: await idOf(before) }),
    ...(around !== undefined && { around: await idOf(around) }),
  })
  printMessages(output, conversation, page.items)
  if (!page.hasNewer) await markRead(context, conversation, page.items)
  return
}

/**
 * Shows the unread messages of all conversations. Those of requests wait until they are accepted.
 */
async function readUnread(context: ChatContext): Promise<undefined> {
  const { node, output, options } = context
  if (options.before !== undefined || options.around !== undefined) throw new UsageError(say.beforeOf)
  const { items } = await node.api.listConversations({})
  const unread = items.filter(each => each.unread.messages > 0 && !each.isRequest)
  if (unread.length === 0 && !output.json) output.line(say.nothingUnread)
  // The one with the newest message comes last, as messages do.
  for (const conversation of unread.toReversed()) {
    const messages = await unreadOf(context, conversation)
    if (!output.json) output.line(say.unreadIn({ name: titleOf(conversation), id: shortId(conversation.id) }))
    printMessages(output, conversation, messages)
    await markRead(context, conversation, messages)
  }
  if (!output.json) printRequests(output, items)
}

/** Returns the unread messages of others, or the oldest of them up to the limit. */
async function unreadOf(
  { node: { api }, options: { limit } }: ChatContext,
  { id, readUpTo }: ChatConversation,
): Promise<readonly ChatMessage[]> {
  let found: ChatMessage[] = []
  let before: string | undefined
  for (;;) {
    const { items, hasOlder } = await api.listMessages({
      ...{ conversation: id, limit: Math.min(PAGE, Math.max(LEAST_PAGE, limit ?? PAGE)) },
      ...(before !== undefined && { before }),
    })
    const fresh = items.slice(items.findIndex(message => message.id === readUpTo) + 1)
    found = [...fresh.filter(({ sender, state }) => !sender.isSelf && state !== 'deleted'), ...found]
    before = items[0]?.id
    if (fresh.length < items.length || !hasOlder || before === undefined) return found.slice(0, limit)
  }
}

/** Marks what was shown as read, like the console: up to the newest message of somebody else. */
async function markRead(
  { node, options }: ChatContext,
  { id, isRequest }: ChatConversation,
  shown: readonly ChatMessage[],
): Promise<void> {
  const last = shown.findLast(({ sender }) => !sender.isSelf)
  if (last && !options.keepUnread && !isRequest)
    await node.api.markRead({ conversation: id, message: last.id })
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
  const { output, options } = context
  const conversation = await onlyConversation(context, words)
  const { proof, replace } = options
  if (proof === undefined) printConversation(output, conversation)
  else await saveProof(conversation, proof, { output, replace })
  return
}

async function saveProof(
  conversation: ChatConversation,
  path: string,
  { output, replace }: { readonly output: Output; readonly replace: boolean },
): Promise<void> {
  const { hubProof } = conversation
  if (hubProof === null)
    throw new CommandFailure('not-found', say.noHubProof({ name: titleOf(conversation) }))
  if (path === '-') return output.line(hubProof)
  await writeNamedFile(path, new TextEncoder().encode(`${hubProof}\n`), { replace })
  if (output.json) output.object({ hubProof, path })
  else output.line(say.hubProofSaved({ path, shoal: SHOAL }))
}

export const report: ChatAction = async ({ node: { api }, output }, words) => {
  const [name, word] = takeWords(words, 'WHO', 'MESSAGE')
  const { id: conversation } = await findConversation(api, name!)
  const { id: message } = await findMessage(api, conversation, word!)
  const made = await api.reportMessage({ conversation, message })
  if (output.json) output.object(made)
  else output.line(made.report)
  return
}

export const verify: ChatAction = async ({ node: { api }, output }, words) => {
  const report = await messageText(takeWords(words, 'REPORT'))
  if (report.trimStart().startsWith(HUB_PROOF)) {
    const proved = await asUsage(api.verifyHubProof({ proof: report }))
    if (output.json) output.object(proved)
    else printHubProof(output, proved)
    return
  }
  const reported = await asUsage(api.verifyReport({ report }))
  if (output.json) output.object(reported)
  else printReported(output, reported)
  return
}
