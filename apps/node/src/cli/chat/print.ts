/** Conversations and messages on a terminal. Markdown is shown as typed. */
import type { ChatConversation, ChatHubProof, ChatMember, ChatMessage, ChatReported } from '@shoal/api'
import { SHOAL } from '../../base/program.ts'
import { formatTime } from '../format.ts'
import type { Output } from '../output.ts'
import { printFacts, printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'
import { texts } from '../texts.ts'
import { nameOf, shortId, titleOf, verifiedNameOf } from './names.ts'

const say = texts.chat
const MOST_SNIPPET = 60
/** As wide as an id and a space: the rest of a message is below its time. */
const INDENT = ' '.repeat(9)

/** Finds what messages refer to: others of the same conversation, and names. */
export interface MessageContext {
  message(id: string): ChatMessage | undefined
  name(did: string): string
}

/** Returns the context of messages that were loaded together. */
export function contextOf(conversation: ChatConversation, messages: readonly ChatMessage[]): MessageContext {
  const persons = [...conversation.members, ...messages.map(({ sender }) => sender)]
  const names = new Map(persons.map(person => [person.did, nameOf(person)]))
  const byId = new Map(messages.map(message => [message.id, message]))
  return { message: id => byId.get(id), name: did => names.get(did) ?? did }
}

/**
 * Returns a message in lines. Only the first starts with an id, so that no text can imitate another
 * message.
 */
export function messageLines(message: ChatMessage, context: MessageContext): string[] {
  const { id, sender, sentMs, state, replyTo, files, reactions, delivery } = message
  const [first, ...rest] = textOf(message).split(/\r?\n/)
  const note = [
    ...(state === 'edited' ? [say.edited] : []),
    ...(delivery === 'delivered' ? [] : [say.delivery[delivery]]),
  ]
  const name = verifiedNameOf(sender)
  const by = note.length === 0 ? name : `${name} (${note.join(', ')})`
  return [
    `${shortId(id)} ${formatTime(sentMs)} ${by}: ${first}`,
    ...rest.map(line => `${INDENT}| ${line}`),
    ...(replyTo === null ? [] : [INDENT + replyText(replyTo, context)]),
    ...files.map(link => INDENT + say.file({ link })),
    ...(reactions.length === 0 ? [] : [INDENT + reactionsText(message, context)]),
  ]
}

/** Returns `👍 Ada, Ben · ❤ you`. */
function reactionsText({ reactions }: ChatMessage, context: MessageContext): string {
  return reactions
    .map(({ emoji, by }) => `${emoji} ${by.map(did => context.name(did)).join(', ')}`)
    .join(' · ')
}

function replyText(id: string, context: MessageContext): string {
  const message = context.message(id)
  if (!message) return say.replyTo({ message: shortId(id) })
  return say.replyTo({ message: `${shortId(id)}, ${nameOf(message.sender)}: ${snippet(message)}` })
}

function textOf({ state, text, files }: ChatMessage): string {
  if (state === 'deleted') return say.deleted
  if (state === 'unknown') return say.newer
  return text === '' && files.length > 0 ? say.files({ count: files.length }) : text
}

function snippet(message: ChatMessage): string {
  const line = textOf(message).replaceAll(/\s+/g, ' ')
  const characters = [...line]
  return characters.length <= MOST_SNIPPET ? line : `${characters.slice(0, MOST_SNIPPET).join('')}…`
}

export function printConversations(output: Output, items: readonly ChatConversation[], none: string): void {
  if (output.json) return output.object({ items })
  printTable(output, items, CONVERSATIONS, none)
  printRequests(output, items)
}

/** Says how to handle requests, if there are any. */
export function printRequests(output: Output, items: readonly ChatConversation[]): void {
  const count = items.filter(({ isRequest }) => isRequest).length
  if (count > 0) output.line(say.requests({ count, shoal: SHOAL }))
}

/** With `--json`, each message is an object of its own. */
export function printMessages(
  output: Output,
  conversation: ChatConversation,
  messages: readonly ChatMessage[],
): void {
  if (output.json) {
    const title = titleOf(conversation)
    for (const { sender, ...message } of messages)
      output.object({ conversation: conversation.id, title, from: sender.did, ...message, sender })
    return
  }
  if (messages.length === 0) output.line(say.noMessages)
  const context = contextOf(conversation, messages)
  for (const message of messages) for (const line of messageLines(message, context)) output.line(line)
  printRequest(output, conversation)
}

/** Explains how to handle the request of a stranger. */
function printRequest(output: Output, { isRequest, invitedBy, id }: ChatConversation): void {
  if (!isRequest || !invitedBy) return
  const known = { name: nameOf(invitedBy), did: invitedBy.did, id: shortId(id), shoal: SHOAL }
  output.line(say.requestNote(known))
}

/** Prints search results, each with its conversation. */
export function printFound(
  output: Output,
  found: readonly { readonly conversation: string; readonly message: ChatMessage }[],
  conversations: readonly ChatConversation[],
): void {
  const titles = new Map(conversations.map(each => [each.id, titleOf(each)]))
  const rows = found.map(({ conversation, message }) => ({
    title: titles.get(conversation) ?? shortId(conversation),
    message,
  }))
  printTable(output, rows, FOUND, say.nothingFound)
}

/** Prints the message that a report is about. */
export function printReported(output: Output, reported: ChatReported): void {
  const { conversation, id, sequence, sender, device, sentMs, kind, text, files } = reported
  const facts = say.facts
  printFacts(output, [
    [facts.conversation, shortId(conversation)],
    [facts.message, shortId(id)],
    [facts.place, sequence === null ? null : String(sequence)],
    [facts.sender, `${verifiedNameOf(sender)}, ${sender.did}`],
    [facts.device, device],
    [facts.sent, formatTime(sentMs)],
    [facts.kind, kind],
  ])
  for (const line of text.split(/\r?\n/)) output.line(`| ${line}`)
  for (const link of files) output.line(say.file({ link }))
}

/** Prints what a proof shows about a hub. */
export function printHubProof(output: Output, proof: ChatHubProof): void {
  const { hub, joinedHub, conversation, sequence, heads } = proof
  const { facts } = say
  output.line(joinedHub ? say.hubProved({ hub: `${joinedHub.name} (${joinedHub.url})` }) : say.keyProved)
  printFacts(output, [
    [facts.hubKey, hub],
    [facts.conversation, conversation],
    [facts.place, String(sequence)],
    ...heads.map(({ hash, signedMs }): [string, string] => [
      facts.head({ date: formatTime(signedMs) }),
      hash,
    ]),
  ])
}

/** Prints everything about a conversation except its messages. */
export function printConversation(output: Output, conversation: ChatConversation): void {
  if (output.json) return output.object(conversation)
  const { id, kind, hub, invitedBy, rules, draft, members, problems, hubProof } = conversation
  const facts = say.facts
  printFacts(output, [
    [facts.name, titleOf(conversation)],
    [facts.id, id],
    [facts.kind, say.kindsLong[kind]],
    [facts.state, stateText(conversation) || null],
    [facts.invitedBy, invitedBy && `${nameOf(invitedBy)}, ${invitedBy.did}`],
    [facts.hub, hub],
    [facts.unread, unreadText(conversation) || null],
    [facts.draft, draft === '' ? null : draft],
    [facts.adds, rules && kind === 'group' ? say.adders[rules.membersAdd ? 'members' : 'admins'] : null],
    [facts.allowed, rules?.allowed && kind === 'group' ? rules.allowed.join(', ') : null],
    [facts.slow, rules && rules.slowSeconds > 0 ? say.seconds({ count: rules.slowSeconds }) : null],
  ])
  if (kind === 'share') output.line(say.shareNote)
  if (members.length > 0) printTable(output, members, MEMBERS, '')
  for (const { message, atMs } of problems) output.line(say.problem({ time: formatTime(atMs), message }))
  if (hubProof !== null) output.line(say.hubProofNote({ shoal: SHOAL, id: shortId(id) }))
  printRequest(output, conversation)
}

function stateText({ isRequest, state, isMuted }: ChatConversation): string {
  const words = [
    ...(isRequest ? [say.request] : []),
    ...(state === 'member' ? [] : [say.states[state]]),
    ...(isMuted ? [say.muted] : []),
  ]
  return words.join(', ')
}

/** Says with whom of the others the user has compared keys. */
function verifiedText({ kind, members }: ChatConversation): string {
  const others = members.filter(({ isSelf }) => !isSelf)
  const count = others.filter(({ isVerified }) => isVerified).length
  if (count === 0) return ''
  return kind === 'private' ? say.verified : say.verifiedOf({ count, total: others.length })
}

function unreadText({ unread: { messages, mentions } }: ChatConversation): string {
  if (messages === 0) return ''
  return mentions === 0 ? String(messages) : say.mentions({ messages, mentions })
}

const CONVERSATIONS: Column<ChatConversation>[] = [
  { title: say.columns.id, text: ({ id }) => shortId(id) },
  { title: say.columns.name, text: titleOf, least: 12 },
  { title: say.columns.kind, text: ({ kind }) => say.kinds[kind], rank: 2 },
  { title: say.columns.verified, text: verifiedText, rank: 4 },
  { title: say.columns.unread, text: unreadText, align: 'right' },
  { title: say.columns.state, text: stateText },
  { title: say.columns.when, text: ({ last }) => (last ? formatTime(last.sentMs) : ''), rank: 3 },
  {
    title: say.columns.last,
    // A stranger's text is shown once the request has been accepted.
    text: ({ last, isRequest }) => (last && !isRequest ? `${nameOf(last.sender)}: ${snippet(last)}` : ''),
    least: 12,
    rank: 1,
  },
]

const MEMBERS: Column<ChatMember>[] = [
  { title: say.columns.member, text: nameOf, least: 8 },
  { title: say.columns.role, text: ({ isAdmin }) => (isAdmin ? say.admin : '') },
  { title: say.columns.verified, text: ({ isVerified }) => (isVerified ? say.verified : ''), rank: 2 },
  { title: say.columns.devices, text: ({ devices }) => String(devices), align: 'right', rank: 1 },
  { title: say.columns.did, text: ({ did }) => did, least: 16 },
]

const FOUND: Column<{ readonly title: string; readonly message: ChatMessage }>[] = [
  { title: say.columns.conversation, text: ({ title }) => title, least: 12 },
  { title: say.columns.message, text: ({ message }) => shortId(message.id) },
  { title: say.columns.when, text: ({ message }) => formatTime(message.sentMs), rank: 2 },
  { title: say.columns.by, text: ({ message }) => nameOf(message.sender), least: 8, rank: 1 },
  { title: say.columns.text, text: ({ message }) => snippet(message), least: 20 },
]
