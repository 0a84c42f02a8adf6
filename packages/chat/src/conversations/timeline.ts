/**
 * The timeline of a conversation as its members see it, computed from the messages received. It
 * depends on the set of messages, never on their order of arrival, so that all devices show the
 * same.
 */
import { compareBytes, latin1 } from '@shoal/torrent/base'
import type { Content, MessageId, TextContent } from './contents.ts'

/** An opened and verified message. */
export interface Arrived {
  readonly id: MessageId
  /** DID of the sender. */
  readonly sender: string
  /** Place in the hub's log. Null if it was received directly, and the hub does not have it yet. */
  readonly sequence: number | null
  readonly parents: readonly MessageId[]
  /** Last place in the log that the sender had seen; 0 for none. */
  readonly seen: number
  readonly sentMs: number
  /** Null if its kind is unknown. */
  readonly content: Content | null
}

export interface Shown {
  readonly id: MessageId
  readonly sender: string
  readonly sentMs: number
  readonly sequence: number | null
  /** `deleted` and `unknown` have no text. `unknown`: written by a newer program. */
  readonly state: 'shown' | 'edited' | 'deleted' | 'unknown'
  readonly text: string
  readonly replyTo: MessageId | null
  readonly mentions: readonly string[]
  readonly files: readonly string[]
  /** The name that the sender goes by, not verified: see `TextContent`. Null if unknown. */
  readonly name: string | null
  /** DIDs by emoji, in the order of the reactions. */
  readonly reactions: ReadonlyMap<string, readonly string[]>
}

/** Characters of a DID after a name: finding a key that ends in the same ones takes years. */
const SHOWN_CHARACTERS = 8

/**
 * Returns how to show somebody who is known only by the name they go by: with the end of the DID,
 * so that persons of one name look different. A name that looks like that loses its end.
 */
export function unverifiedName({ sender, name }: Pick<Shown, 'sender' | 'name'>): string | null {
  const bare = (name ?? '').replace(/[\s(]*\([^()]*\)?\s*$/u, '').trim()
  return bare === '' ? null : `${bare} (${sender.slice(-SHOWN_CHARACTERS)})`
}

export interface TimelineRules {
  /** Returns whether this person can delete messages of others. */
  isAdmin(did: string): boolean
}

/**
 * Sort key of a message: after an entry of the log, then by the messages it follows, then by time.
 */
interface Place {
  readonly behind: number
  readonly depth: number
}

interface Entry extends Arrived {
  readonly key: string
}

export class Timeline {
  readonly #rules: TimelineRules
  readonly #entries = new Map<string, Entry>()
  #shown: readonly Shown[] | null = null
  #order: readonly Entry[] | null = null

  constructor(rules: TimelineRules) {
    this.#rules = rules
  }

  /**
   * Adds a message, or the log place of one that was received directly before. Returns false if
   * nothing changed.
   */
  add(message: Arrived): boolean {
    const key = latin1(message.id)
    const known = this.#entries.get(key)
    if (known && (known.sequence !== null || message.sequence === null)) return false
    this.#entries.set(key, { ...(known ?? message), sequence: message.sequence, key })
    this.#shown = null
    this.#order = null
    return true
  }

  /** Returns all messages to show, oldest first. */
  get shown(): readonly Shown[] {
    this.#shown ??= this.#show()
    return this.#shown
  }

  /** Returns all messages, including changes of others, oldest first. */
  get ids(): readonly MessageId[] {
    return this.#ordered().map(({ id }) => id)
  }

  /** Returns the messages without a successor, newest first, for the next message's `parents`. */
  newest(most: number): readonly MessageId[] {
    const followed = new Set([...this.#entries.values()].flatMap(({ parents }) => parents.map(latin1)))
    const last = this.#ordered().filter(({ key }) => !followed.has(key))
    return last
      .slice(-most)
      .reverse()
      .map(({ id }) => id)
  }

  /** Counts others' messages after a message (all if null), and those that mention this person. */
  unread(own: string, last: MessageId | null): { readonly messages: number; readonly mentions: number } {
    const all = this.shown
    const from = last === null ? 0 : all.findIndex(({ id }) => compareBytes(id, last) === 0) + 1
    const fresh = all.slice(from).filter(({ sender, state }) => sender !== own && state !== 'deleted')
    return { messages: fresh.length, mentions: fresh.filter(({ mentions }) => mentions.includes(own)).length }
  }

  #show(): readonly Shown[] {
    const ordered = this.#ordered()
    const shown = new Map<string, { -readonly [Member in keyof Shown]: Shown[Member] }>()
    const reactions = new Map<string, Map<string, string | null>>()
    for (const { key, id, sender, sentMs, sequence, content } of ordered) {
      if (content !== null && content.kind !== 'text') continue
      shown.set(key, { id, sender, sentMs, sequence, reactions: new Map(), ...shownText(content) })
    }
    // A change may be sorted before its message if clocks or logs disagree: it still applies.
    for (const { sender, content } of ordered) {
      if (content === null || content.kind === 'text' || content.kind === 'read') continue
      if (content.kind === 'reaction') {
        const to = latin1(content.to)
        if (!reactions.has(to)) reactions.set(to, new Map())
        const bySender = reactions.get(to)!
        // Each person's last one counts, in its own place.
        bySender.delete(sender)
        bySender.set(sender, content.emoji)
        continue
      }
      const target = shown.get(latin1(content.of))
      if (!target || target.state === 'deleted') continue
      if (content.kind === 'edit') {
        if (target.sender !== sender || target.state === 'unknown') continue
        Object.assign(target, { state: 'edited', text: content.text, mentions: content.mentions })
      } else if (target.sender === sender || this.#rules.isAdmin(sender))
        Object.assign(target, { ...shownText(null), state: 'deleted' })
    }
    for (const [key, bySender] of reactions) {
      const target = shown.get(key)
      if (target && target.state !== 'deleted') target.reactions = byEmoji(bySender)
    }
    return [...shown.values()]
  }

  #ordered(): readonly Entry[] {
    if (this.#order) return this.#order
    const places = placesOf([...this.#entries.values()])
    this.#order = [...this.#entries.values()].sort((one, other) => {
      const [here, there] = [places.get(one.key)!, places.get(other.key)!]
      return here.behind - there.behind || here.depth - there.depth || compareTimes(one, other)
    })
    return this.#order
  }
}

/**
 * A message without a place in the log is sorted after everything that its sender had seen, and
 * after the messages that it follows.
 */
function placesOf(entries: readonly Entry[]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  const unplaced = new Map<string, { readonly entry: Entry; readonly parents: Set<string> }>()
  const followers = new Map<string, string[]>()
  for (const entry of entries) {
    if (entry.sequence !== null) places.set(entry.key, { behind: entry.sequence, depth: 0 })
    else unplaced.set(entry.key, { entry, parents: new Set() })
  }
  for (const [key, { entry, parents }] of unplaced)
    for (const parent of entry.parents.map(latin1)) {
      if (!unplaced.has(parent) || parent === key) continue
      parents.add(parent)
      followers.set(parent, [...(followers.get(parent) ?? []), key])
    }
  const ready = [...unplaced.values()].filter(({ parents }) => parents.size === 0)
  const place = ({ entry }: { readonly entry: Entry }) => {
    places.set(
      entry.key,
      placeAfter(
        entry,
        entry.parents.map(id => places.get(latin1(id))),
      ),
    )
    unplaced.delete(entry.key)
    for (const key of followers.get(entry.key) ?? []) {
      const follower = unplaced.get(key)
      if (follower?.parents.delete(entry.key) && follower.parents.size === 0) ready.push(follower)
    }
  }
  while (unplaced.size > 0) {
    const next = ready.pop()
    // Hostile members can create cycles of parents. The oldest one then comes first.
    if (next) place(next)
    else place([...unplaced.values()].sort((one, other) => compareTimes(one.entry, other.entry))[0]!)
  }
  return places
}

function compareTimes(one: Entry, other: Entry): number {
  return one.sentMs - other.sentMs || compareBytes(one.id, other.id)
}

function placeAfter({ sequence, seen }: Entry, parents: readonly (Place | undefined)[]): Place {
  if (sequence !== null) return { behind: sequence, depth: 0 }
  const known = parents.filter(place => place !== undefined)
  const behind = Math.max(seen, ...known.map(place => place.behind))
  const depth = Math.max(0, ...known.filter(place => place.behind === behind).map(place => place.depth))
  return { behind, depth: depth + 1 }
}

function shownText(
  content: TextContent | null,
): Pick<Shown, 'state' | 'text' | 'replyTo' | 'mentions' | 'files' | 'name'> {
  if (content === null)
    return { state: 'unknown', text: '', replyTo: null, mentions: [], files: [], name: null }
  const { text, replyTo, mentions, files, name = null } = content
  return { state: 'shown', text, replyTo, mentions, files, name }
}

function byEmoji(bySender: ReadonlyMap<string, string | null>): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, string[]>()
  for (const [sender, emoji] of bySender) {
    if (emoji === null) continue
    if (!all.has(emoji)) all.set(emoji, [])
    all.get(emoji)!.push(sender)
  }
  return all
}
