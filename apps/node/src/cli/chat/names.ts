/**
 * Names of conversations, persons and messages: how they are shown, and what users can type for
 * them.
 */
import type { ChatConversation, ChatMessage, ChatPerson, Contact, NodeApi } from '@shoal/api'
import { UsageError } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { firstMatching } from '../client/matching.ts'
import { idDigits, isPrefix, LEAST_PREFIX } from '../client/torrent-names.ts'
import { CommandFailure } from '../failure.ts'
import { texts } from '../texts.ts'

const say = texts.chat
const MOST_CANDIDATES = 10
const DID_METHOD = 'did:key:'
const SHORT_DID = 12
const SHORT_ID = 8
/** Maximum number of pages searched for a message by the start of its id, and their length. */
const MOST_PAGES = 20
const PAGE = 500

/** The mark of persons whose keys the user has compared. Names cannot imitate it. */
const VERIFIED = '\u2713'
const CHECK_MARKS = /[\u2713\u2714\u2611\u2705\u{1f5f8}\u{1f5f9}\u221a]\ufe0f?/gu

/** The word for the newest message. */
const LAST = 'last'

/** Returns the name of a conversation, or of the other person, or a part of its id. */
export function titleOf({ name, kind, members, id }: ChatConversation): string {
  if (name !== '') return name
  const other = kind === 'private' ? members.find(({ isSelf }) => !isSelf) : undefined
  return other ? nameOf(other) : say.unnamed({ id: shortId(id) })
}

/** Returns the conversations with their names as in lists, for completion. */
export async function namedConversations(api: NodeApi): Promise<{ id: string; name: string }[]> {
  const { items } = await api.listConversations({})
  return items.map(each => ({ id: each.id, name: titleOf(each) }))
}

/**
 * Returns the name of a person, without check marks. That of a stranger, who can choose any name,
 * is followed by the start of the did:key.
 */
export function nameOf({ did, name, isSelf, isContact }: ChatPerson): string {
  if (isSelf) return say.you
  const shown = name?.replaceAll(CHECK_MARKS, '').trim() ?? ''
  if (shown === '') return shortDid(did)
  return isContact ? shown : say.stranger({ name: shown, did: shortDid(did) })
}

/** Returns the name of a person, followed by a check mark if the user has compared keys. */
export function verifiedNameOf(person: ChatPerson): string {
  return person.isVerified ? `${nameOf(person)} ${VERIFIED}` : nameOf(person)
}

/** Returns enough of a did:key to distinguish persons. */
function shortDid(did: string): string {
  return bare(did).slice(0, SHORT_DID)
}

/** Returns the start of an id, by which lists identify conversations and messages. */
export function shortId(id: string): string {
  return id.slice(0, SHORT_ID)
}

/** A conversation, or a contact with whom there is no private one. */
interface Target {
  readonly conversation: ChatConversation | null
  /** Null for conversations that are not private. */
  readonly did: string | null
  readonly names: readonly string[]
}

/**
 * Finds the conversation with this name or id, or the private one with the person who has this
 * did:key or contact's name, or the only one of which the word is the start. Throws `not-found` and
 * `ambiguous`.
 */
export async function findConversation(api: NodeApi, word: string): Promise<ChatConversation> {
  const [{ items }, { items: contacts }] = await Promise.all([
    api.listConversations({}),
    api.listContacts({}),
  ])
  return pickTarget(word, conversationTargets(items, contacts)).conversation!
}

/**
 * Finds the conversation for a new message as `findConversation`. Returns the did:key of a person
 * with whom there is none yet: of a contact, or the word itself.
 */
export async function findRecipient(api: NodeApi, word: string): Promise<ChatConversation | string> {
  const [{ items }, { items: contacts }] = await Promise.all([
    api.listConversations({}),
    api.listContacts({}),
  ])
  // A private conversation that was left cannot be continued.
  const known = conversationTargets(
    items.filter(({ kind, state }) => kind !== 'private' || state !== 'left'),
    contacts,
  )
  const others = contacts
    .filter(({ did }) => !known.some(target => target.did === did))
    .map(contact => ({ conversation: null, did: contact.did, names: contactNames(contact) }))
  const typed = word.trim()
  if (isDid(typed) && ![...known, ...others].some(({ did }) => did === typed)) return typed
  const { conversation, did } = pickTarget(word, [...known, ...others])
  return conversation ?? did!
}

function conversationTargets(
  items: readonly ChatConversation[],
  contacts: readonly Contact[],
): readonly Target[] {
  return items.map(conversation => {
    const { kind, members, invitedBy } = conversation
    const other = members.find(({ isSelf }) => !isSelf) ?? invitedBy
    const did = (kind === 'private' && other?.did) || null
    const contact = contacts.find(each => each.did === did)
    const names = [titleOf(conversation), ...(contact ? contactNames(contact) : [])]
    return { conversation, did, names }
  })
}

function pickTarget(word: string, targets: readonly Target[]): Target {
  const typed = word.trim()
  const folded = foldedWord(word)
  const id = ({ conversation }: Target) => conversation?.id ?? ''
  const named = (test: (name: string) => boolean) => (target: Target) => target.names.some(test)
  const found = firstMatching(targets, [
    target => id(target) === folded || target.did === typed,
    // Not an exact match first: a group could have the name of a contact with another case.
    named(name => name.toLowerCase() === folded),
    target => isPrefix(folded) && id(target).startsWith(folded),
    target => startsDid(target.did, typed),
    named(name => name.toLowerCase().startsWith(folded)),
  ])
  if (found.length === 1) return found[0]!
  if (found.length === 0) throw new CommandFailure('not-found', say.unknown({ word, shoal: SHOAL }))
  const ids = found.flatMap(({ conversation }) => (conversation ? [conversation.id] : []))
  const digits = idDigits(ids)
  throw ambiguous(
    word,
    found.map(({ conversation, did, names }) =>
      conversation
        ? `${conversation.id.slice(0, digits)} ${titleOf(conversation)}`
        : `${names[0] ?? ''} ${shortDid(did!)}`.trim(),
    ),
  )
}

function contactNames({ name, nodes }: Contact): string[] {
  return [name, ...nodes.map(node => node.name)].filter(each => each !== null)
}

function isDid(word: string): boolean {
  return /^did:key:z[1-9A-HJ-NP-Za-km-z]{40,}$/.test(word)
}

/** Whether a did:key starts with what was typed, with or without `did:key:`. */
function startsDid(did: string | null, typed: string): boolean {
  return did !== null && bare(typed).length >= LEAST_PREFIX && bare(did).startsWith(bare(typed))
}

/**
 * Finds the did:keys that words name: did:keys, names of contacts and members, or an unambiguous
 * start of them. Throws `not-found` and `ambiguous`.
 */
export async function findPersons(api: NodeApi, words: readonly string[]): Promise<string[]> {
  if (words.every(isDid)) return [...words]
  const [{ items: contacts }, { items: conversations }] = await Promise.all([
    api.listContacts({}),
    api.listConversations({}),
  ])
  const persons = knownPersons(contacts, conversations)
  return words.map(word => (isDid(word) ? word : pickPerson(word, persons)))
}

/** A did:key with the names that the user knows it by. */
export interface KnownPerson {
  readonly did: string
  readonly names: ReadonlySet<string>
}

function knownPersons(
  contacts: readonly Contact[],
  conversations: readonly ChatConversation[],
): readonly KnownPerson[] {
  const persons = new Map<string, Set<string>>()
  const add = (did: string, names: readonly (string | null)[]) => {
    if (!persons.has(did)) persons.set(did, new Set())
    for (const name of names) if (name !== null) persons.get(did)!.add(name)
  }
  for (const contact of contacts) add(contact.did, contactNames(contact))
  for (const { members, invitedBy } of conversations)
    for (const person of [...members, ...(invitedBy ? [invitedBy] : [])])
      if (!person.isSelf) add(person.did, [person.name])
  return [...persons].map(([did, names]) => ({ did, names }))
}

export function pickPerson(word: string, persons: readonly KnownPerson[]): string {
  const typed = word.trim()
  const folded = foldedWord(word)
  const named = (test: (name: string) => boolean) => (person: KnownPerson) => [...person.names].some(test)
  const found = firstMatching(persons, [
    named(name => name === typed),
    named(name => name.toLowerCase() === folded),
    ({ did }) => startsDid(did, typed),
    named(name => name.toLowerCase().startsWith(folded)),
  ])
  if (found.length === 1) return found[0]!.did
  if (found.length === 0) throw new CommandFailure('not-found', say.unknownPerson({ word, shoal: SHOAL }))
  throw ambiguous(
    word,
    found.map(({ did, names }) => [...names, shortDid(did)].join(' ')),
  )
}

/** Returns the members mentioned in a text: `@` and a name or did:key. */
export function mentionsIn(text: string, members: readonly ChatPerson[]): string[] {
  const folded = text.toLowerCase()
  const isMentioned = (name: string) => {
    const at = `@${name.toLowerCase()}`
    for (let from = folded.indexOf(at); from >= 0; from = folded.indexOf(at, from + 1)) {
      const after = folded.slice(from + at.length)
      if (!/^[\p{L}\p{N}]/u.test(after) && !/[\p{L}\p{N}]$/u.test(folded.slice(0, from))) return true
    }
    return false
  }
  return members
    .filter(({ did, name, isSelf }) => !isSelf && [did, ...(name ? [name] : [])].some(isMentioned))
    .map(({ did }) => did)
}

/**
 * Finds the message whose id starts with this; `last` is the newest, or with `own` the user's
 * newest. Throws `not-found` and `ambiguous`.
 */
export async function findMessage(
  api: NodeApi,
  conversation: string,
  word: string,
  { own = false }: { readonly own?: boolean } = {},
): Promise<ChatMessage> {
  const folded = foldedWord(word)
  if (folded !== LAST && !isPrefix(folded)) throw new UsageError(say.notMessage({ word }))
  const found: ChatMessage[] = []
  let before: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, hasOlder } = await api.listMessages({
      ...{ conversation, limit: PAGE },
      ...(before !== undefined && { before }),
    })
    if (folded === LAST) {
      const last = items.findLast(({ sender, state }) => state !== 'deleted' && (!own || sender.isSelf))
      if (last) return last
    } else found.push(...items.filter(({ id }) => id.startsWith(folded)))
    before = items[0]?.id
    if (!hasOlder || before === undefined) break
  }
  if (found.length === 1) return found[0]!
  if (found.length === 0) throw new CommandFailure('not-found', say.unknownMessage({ word, shoal: SHOAL }))
  throw ambiguous(
    word,
    found.map(({ id }) => id.slice(0, idDigits(found.map(each => each.id)))),
  )
}

function foldedWord(word: string): string {
  const folded = word.trim().toLowerCase()
  if (folded === '') throw new UsageError(say.emptyWord)
  return folded
}

function bare(did: string): string {
  return did.startsWith(DID_METHOD) ? did.slice(DID_METHOD.length) : did
}

function ambiguous(word: string, found: readonly string[]): CommandFailure {
  const names = found.slice(0, MOST_CANDIDATES).join(', ')
  return new CommandFailure('ambiguous', say.ambiguous({ word, number: found.length, names }))
}
