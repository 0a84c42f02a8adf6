/**
 * Messages as stored by a device, and how they are shown. Records: CBOR arrays that begin with
 * their kind.
 */
import { type Cbor, decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { equalBytes, latin1 } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import {
  type Arrived,
  type Content,
  type MessageId,
  readContent,
  Timeline,
  type TimelineRules,
} from '../conversations/index.ts'
import { readBody } from '../messages/message.ts'

/**
 * Kind of a message that repeats an earlier one of its sender, for members who were added in
 * between: `[id, sequence, time, kind, content]`.
 */
export const COPY = 'copy'

export interface Kept {
  /** The client id of its entry. */
  readonly clientId: Uint8Array
  /** DID of the sender. */
  readonly sender: string
  /** Hash of the sender's device. */
  readonly device: Uint8Array
  /** Place in the log; null for none yet. For a copy: the place of the original. */
  readonly sequence: number | null
  readonly body: Uint8Array
  readonly signature: Uint8Array
  readonly commitment: Uint8Array
  /** Another message shows the same: this one is kept for reports. */
  readonly isRepeated?: boolean
}

export const MESSAGE_KIND = { message: 1, placed: 2, dropped: 12 } as const

/** `isOwn`: written by this device. */
export function writeKept(message: Kept, isOwn: boolean): Cbor {
  const { clientId, sender, device, sequence, body, signature, commitment } = message
  const members = [clientId, sender, device, sequence, body, signature, commitment]
  const flag = message.isRepeated ? 2 : Number(isOwn)
  return [MESSAGE_KIND.message, ...members, flag]
}

/** `members`: those of a record after its kind. */
export function readKept(members: readonly unknown[]): { readonly message: Kept; readonly isOwn: boolean } {
  const [clientId, sender, device, sequence, body, signature, commitment, flag] = members
  const isRepeated = flag === 2
  const message = { clientId, sender, device, sequence, body, signature, commitment, isRepeated } as Kept
  return { message, isOwn: flag === 1 }
}

export class KeptMessages {
  readonly #rules: TimelineRules
  readonly #device: Uint8Array
  readonly #kept = new Map<string, Kept>()
  /** Keys of messages by their originals. */
  readonly #shownIds = new Map<string, string>()
  #timeline: Timeline

  #changesOfOthers: readonly { readonly change: Kept; readonly target: MessageId }[] | null = null

  /** `device`: hash of this device. */
  constructor(rules: TimelineRules, device: Uint8Array) {
    this.#rules = rules
    this.#device = device
    this.#timeline = new Timeline(rules)
  }

  get all(): readonly Kept[] {
    return [...this.#kept.values()]
  }

  get size(): number {
    return this.#kept.size
  }

  get timeline(): Timeline {
    return this.#timeline
  }

  get(clientId: Uint8Array): Kept | null {
    return this.#kept.get(latin1(clientId)) ?? null
  }

  /** Returns the message shown under this id, or null. */
  shown(id: MessageId): Kept | null {
    return this.#kept.get(this.#shownIds.get(latin1(id)) ?? '') ?? null
  }

  /** Changes of missing messages. */
  get changesOfOthers(): readonly { readonly change: Kept; readonly target: MessageId }[] {
    this.#changesOfOthers ??= this.all.flatMap(change => {
      const target = targetOf(arrivedOf(change).content)
      return target && !this.shown(target) ? [{ change, target }] : []
    })
    return this.#changesOfOthers
  }

  /** Adds a message; replaces another one with this client id. */
  add(message: Kept): void {
    const key = latin1(message.clientId)
    const isReplaced = this.#kept.has(key)
    this.#kept.set(key, message)
    if (isReplaced) this.#showAll()
    else this.#show(message)
  }

  /**
   * Records a message's place in the log. Returns the message, or null if it is missing or had one.
   */
  place(clientId: Uint8Array, sequence: number): Kept | null {
    const known = this.get(clientId)
    if (!known || known.sequence !== null) return null
    const message = { ...known, sequence }
    this.#kept.set(latin1(clientId), message)
    this.#show(message)
    return message
  }

  /** Deletes messages up to this place in the log. */
  passed(sequence: number): void {
    const passed = this.all.filter(each => each.sequence !== null && each.sequence <= sequence)
    if (passed.length > 0) this.delete(passed)
  }

  delete(messages: Iterable<Kept>): void {
    for (const { clientId } of messages) this.#kept.delete(latin1(clientId))
    this.#showAll()
  }

  #showAll(): void {
    this.#changesOfOthers = null
    this.#timeline = new Timeline(this.#rules)
    this.#shownIds.clear()
    for (const each of this.#kept.values()) this.#show(each)
  }

  #show(kept: Kept): void {
    this.#changesOfOthers = null
    const arrived = arrivedOf(kept)
    if (arrived.content?.kind === 'read') return
    // This device has the originals of its own copies.
    const isCopy = !equalBytes(arrived.id, kept.clientId)
    if (kept.isRepeated || (isCopy && equalBytes(kept.device, this.#device))) return
    const id = latin1(arrived.id)
    // A device that makes a copy has the original; otherwise its program would show both.
    const known = this.#shownIds.get(id)
    if (known !== undefined && known !== latin1(kept.clientId)) return
    this.#shownIds.set(id, latin1(kept.clientId))
    this.#timeline.add(arrived)
  }
}

/** Caches the decoded content of messages while they are in memory: every operation needs it. */
const ARRIVED = new WeakMap<Kept, Arrived>()

/** Returns the decoded content of a message. */
export function arrivedOf(kept: Kept): Arrived {
  const arrived = ARRIVED.get(kept) ?? readArrived(kept)
  ARRIVED.set(kept, arrived)
  return arrived
}

function readArrived({ clientId, sender, sequence, body }: Kept): Arrived {
  const message = readBody(body)
  const copy = message.kind === COPY ? readCopy(message.content) : null
  const { kind, content, sentMs } = copy ?? message
  return {
    ...{ id: copy?.id ?? clientId, sender },
    sequence: copy && sequence !== null ? Math.min(copy.sequence, sequence) : sequence,
    ...{ parents: message.parents, seen: message.logHead?.sequence ?? 0, sentMs },
    content: readKnown(kind, content),
  }
}

/** Returns the message that a content changes, or null. */
export function targetOf(content: Content | null): MessageId | null {
  switch (content?.kind) {
    case 'reaction':
      return content.to
    case 'edit':
    case 'deletion':
      return content.of
    default:
      return null
  }
}

export interface Copy {
  readonly id: MessageId
  readonly sequence: number
  readonly sentMs: number
  readonly kind: string
  readonly content: Uint8Array
}

export function writeCopy({ id, sequence, sentMs, kind, content }: Copy): Uint8Array {
  return encodeCbor([id, sequence, sentMs, kind, content])
}

/** Returns null if it is not a copy. */
export function readCopy(bytes: Uint8Array): Copy | null {
  const value = decodeCbor(bytes)
  if (!Array.isArray(value) || value.length !== 5) return null
  const [id, sequence, sentMs, kind, content] = value
  const isCopy =
    id instanceof Uint8Array &&
    id.length === 16 &&
    Number.isSafeInteger(sequence) &&
    sequence > 0 &&
    Number.isSafeInteger(sentMs) &&
    typeof kind === 'string' &&
    kind !== COPY &&
    content instanceof Uint8Array
  return isCopy ? { id, sequence, sentMs, kind, content } : null
}

/** Decodes the content of a message. Null if its kind is unknown, or it does not match its kind. */
export function readKnown(kind: string, bytes: Uint8Array): Content | null {
  try {
    return readContent(kind, bytes)
  } catch {
    return null
  }
}

export function damaged(): ChatError {
  return new ChatError('bad-argument', 'The history of this conversation is damaged.')
}
