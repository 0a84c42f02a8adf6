/**
 * Changes of swarms, as the processes of one tracker report them to each other. Each entry is a
 * byte with its kind and flags, followed by its fields in network byte order:
 *
 * - swarm: the info hash, 20 bytes. The entries that follow belong to it.
 * - downloads: 4 bytes.
 * - peer, one kind per family: an address of 4, 16 or 4 bytes, and a port of 2. If it is aged, 2
 *   bytes with the seconds since it announced.
 * - more: a length of 1 byte, and as many bytes about the peer before it, such as totals of its
 *   account. Readers skip unknown entries.
 */
import { type Announce, FAMILY, type Family, PeerChange, type SwarmSink } from '../store.ts'

const KIND = { swarm: 0, downloads: 1, peer: 2, more: 5 } as const
const FLAG = { seed: 0x10, gone: 0x20, completed: 0x40, aged: 0x80 } as const
const ADDRESS_WORDS = [1, 4, 1] as const
const [MAX_AGE, HASH_WORDS] = [0xffff, 5] as const
/** A swarm and a peer with all their fields. */
const MOST_BYTES = 21 + 5 + 21

/** Writes changes into one frame. */
export class ChangeWriter implements SwarmSink {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #headBytes: number
  readonly #hash = new Int32Array(HASH_WORDS)
  #end: number

  /** `headBytes` are left free at the beginning. */
  constructor(mostBytes: number, headBytes: number) {
    this.#bytes = new Uint8Array(mostBytes)
    this.#view = new DataView(this.#bytes.buffer)
    this.#headBytes = headBytes
    this.#end = headBytes
  }

  get isEmpty(): boolean {
    return this.#end === this.#headBytes
  }

  get isFull(): boolean {
    return this.#end + MOST_BYTES > this.#bytes.length
  }

  /** Returns a copy of the frame, and starts the next one. */
  take(): Uint8Array {
    const frame = this.#bytes.slice(0, this.#end)
    this.#end = this.#headBytes
    return frame
  }

  /** Adds the effect of an announce. The writer must not be full. */
  announce({ hash, family, address, port, isSeed }: Announce, isGone: boolean, isCompleted: boolean): void {
    if (this.isEmpty || !this.#isSwarm(hash, 0)) this.#swarm(hash, 0)
    const flags = (isSeed ? FLAG.seed : 0) | (isGone ? FLAG.gone : 0) | (isCompleted ? FLAG.completed : 0)
    this.#peer(family, address, 0, port, flags)
  }

  swarm(words: Int32Array, at: number, downloads: number): void {
    this.#swarm(words, at)
    if (downloads === 0) return
    this.#bytes[this.#end] = KIND.downloads
    this.#view.setUint32(this.#end + 1, downloads)
    this.#end += 5
  }

  peer(
    family: Family,
    words: Int32Array,
    at: number,
    port: number,
    isSeed: boolean,
    ageSeconds: number,
  ): void {
    this.#peer(family, words, at, port, FLAG.aged | (isSeed ? FLAG.seed : 0))
    this.#view.setUint16(this.#end, Math.min(MAX_AGE, ageSeconds))
    this.#end += 2
  }

  #isSwarm(words: Int32Array, at: number): boolean {
    for (let word = 0; word < HASH_WORDS; word++) if (this.#hash[word] !== words[at + word]) return false
    return true
  }

  #swarm(words: Int32Array, at: number): void {
    this.#bytes[this.#end++] = KIND.swarm
    for (let word = 0; word < HASH_WORDS; word++, this.#end += 4) {
      this.#hash[word] = words[at + word]!
      this.#view.setInt32(this.#end, words[at + word]!)
    }
  }

  #peer(family: Family, words: Int32Array, at: number, port: number, flags: number): void {
    this.#bytes[this.#end++] = (KIND.peer + family) | flags
    for (let word = 0; word < ADDRESS_WORDS[family]; word++, this.#end += 4)
      this.#view.setInt32(this.#end, words[at + word]!)
    this.#view.setUint16(this.#end, port)
    this.#end += 2
  }
}

/** Receives changes. The PeerChange is reused for the next one. */
export interface ChangeTarget {
  apply(change: PeerChange): void
  applyDownloads(hash: Int32Array, downloads: number): void
}

/**
 * Reads the changes in a frame, from `from` on. Returns false at an invalid one, after those before
 * it.
 */
export function readChanges(bytes: Uint8Array, from: number, target: ChangeTarget): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const change = new PeerChange()
  let hasSwarm = false
  for (let at = from; at < bytes.length; ) {
    const first = bytes[at++]!
    const kind = first & 0x0f
    const end = at + lengthAt(bytes, at, first)
    if (end > bytes.length || (kind !== KIND.swarm && !hasSwarm)) return false
    if (kind === KIND.swarm) {
      for (let word = 0; word < HASH_WORDS; word++) change.hash[word] = view.getInt32(at + 4 * word)
      hasSwarm = true
    } else if (kind === KIND.downloads) target.applyDownloads(change.hash, view.getUint32(at) & 0x7fffffff)
    else if (kind < KIND.more) {
      const family = (kind - KIND.peer) as Family
      const words = ADDRESS_WORDS[family]
      for (let word = 0; word < words; word++) change.address[word] = view.getInt32(at + 4 * word)
      change.family = family
      change.port = view.getUint16(at + 4 * words)
      if (family !== FAMILY.web && change.port === 0) return false
      change.isSeed = (first & FLAG.seed) !== 0
      change.isGone = (first & FLAG.gone) !== 0
      change.isCompleted = (first & FLAG.completed) !== 0
      change.ageSeconds = (first & FLAG.aged) === 0 ? 0 : view.getUint16(at + 4 * words + 2)
      target.apply(change)
    }
    at = end
  }
  return true
}

/** Returns the length of an entry's fields at `at`, or infinity for an unknown kind. */
function lengthAt(bytes: Uint8Array, at: number, first: number): number {
  const kind = first & 0x0f
  if (kind === KIND.swarm) return 4 * HASH_WORDS
  if (kind === KIND.downloads) return 4
  if (kind === KIND.more) return 1 + (bytes[at] ?? 0)
  if (kind > KIND.more) return Number.POSITIVE_INFINITY
  return 4 * ADDRESS_WORDS[kind - KIND.peer]! + ((first & FLAG.aged) === 0 ? 2 : 4)
}
