/** One room over both carriers: the log of its hub, and links to devices of other members. */
import { decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { type Clock, delay, latin1, type Random } from '@shoal/torrent/base'
import type {
  DirectFollower,
  Journal,
  Place,
  RoomCarrier,
  RoomEntry,
  RoomFollower,
  RoomToFollow,
} from '../device/ports.ts'
import { kindOf } from '../envelope/envelope.ts'
import { MAX_DIRECT_BYTES, type RoomFrame } from './frames.ts'
import type { DirectLink, LinkedRoom } from './link.ts'

/** Most entries of others without a place in the log. */
const MAX_HELD = 1000
const MAX_HELD_BYTES = 8 << 20
/** Most recent ids of logged entries and volatile messages, for deduplication. */
const MAX_RECENT = 4096
/** Records of logged entries after which the journal is rewritten. */
const MAX_DEAD = 64
/**
 * The author appends an entry as soon as the hub is available. Others wait for a random time, and
 * for each other.
 */
const OTHERS_MS = { first: 3000, spread: 7000, next: 300 } as const

interface Held {
  readonly clientId: Uint8Array
  readonly bytes: Uint8Array
  readonly isOwn: boolean
}

export interface DirectRoomOptions {
  readonly room: RoomToFollow
  readonly follower: RoomFollower
  /** Entries of others without a place in the log. */
  readonly journal: Promise<Journal>
  readonly clock: Clock
  readonly random: Random
  /** Follows the log of the room. */
  follow(follower: RoomFollower): RoomCarrier
  links(): Iterable<DirectLink>
  /** The members may have changed. */
  changed(): void
  closed(): void
}

export class DirectRoom implements RoomCarrier, LinkedRoom {
  readonly secret: Uint8Array
  readonly #options: DirectRoomOptions
  readonly #direct: DirectFollower | undefined
  readonly #hub: RoomCarrier
  /** Messages that no log has yet. */
  readonly #held = new Map<string, Held>()
  readonly #taking = new Map<string, Promise<boolean>>()
  readonly #placed = new Set<string>()
  readonly #volatile = new Set<string>()
  readonly #closing = new AbortController()
  #heldBytes = 0
  #dead = 0
  #isAppending = false

  constructor(options: DirectRoomOptions) {
    const { room, follower } = options
    this.#options = options
    this.#direct = follower.direct
    // All members of a group have its salt, also those who do not know a new access secret yet. The
    // salt of a share's room is not secret.
    this.secret = room.name.kind === 'group' ? room.name.salt : room.accessSecrets[0]!
    this.#hub = options.follow({
      entries: entries => this.#entries(entries),
      ready: async () => follower.ready?.(),
      trimmed: (from, to) => follower.trimmed(from, to),
      volatile: bytes => this.#takeVolatile(bytes),
      problem: error => follower.problem(error),
    })
    void this.#restore().catch(() => {})
  }

  get home(): string {
    return this.#options.room.home
  }

  meets(device: Uint8Array): boolean {
    return this.#direct?.meets(device) ?? false
  }

  async append(clientId: Uint8Array, bytes: Uint8Array): Promise<Place> {
    const placing = this.#hub.append(clientId, bytes)
    if (isDirect(bytes)) {
      const isMet = [...this.#options.links()].some(link => link.shares(this))
      if (!isMet) this.#options.changed()
      this.#hold({ clientId, bytes, isOwn: true })
      for (const link of this.#options.links()) this.#sendEntry(link, clientId)
    }
    try {
      return await placing
    } finally {
      // The hub has it, or never will.
      if (!this.#isClosed) this.#place(clientId)
    }
  }

  renew(accessSecrets: readonly Uint8Array[], withinMs: number): void {
    this.#hub.renew(accessSecrets, withinMs)
  }

  remove(): Promise<void> {
    return this.#hub.remove()
  }

  sendVolatile(bytes: Uint8Array): void {
    this.#hub.sendVolatile(bytes)
    for (const link of this.#options.links()) link.sendVolatile(this, bytes)
  }

  head(): Uint8Array | null {
    return this.#hub.head()
  }

  compareHead(signed: Uint8Array, known: (sequence: number) => Uint8Array | null): void {
    this.#hub.compareHead(signed, known)
  }

  close(): void {
    if (this.#isClosed) return
    this.#closing.abort(new Error('The room was closed'))
    this.#hub.close()
    this.#options.closed()
  }

  met(link: DirectLink): void {
    const ids = [...this.#held.values()].map(({ clientId }) => clientId)
    link.sendIds(this, 'have', ids)
  }

  async receive(link: DirectLink, frame: RoomFrame): Promise<void> {
    if (frame.kind === 'volatile') return this.#takeVolatile(frame.bytes.slice())
    if (frame.kind === 'entry') return this.#receiveEntry(link, frame)
    const { ids } = frame
    const isKnown = (id: Uint8Array) => this.#held.has(latin1(id)) || this.#placed.has(latin1(id))
    if (frame.kind === 'want') for (const id of ids) this.#sendEntry(link, id.slice())
    else if (frame.kind === 'got') {
      for (const id of ids) if (this.#held.get(latin1(id))?.isOwn) this.#direct?.received(id.slice())
    } else {
      link.sendIds(this, 'got', ids.filter(isKnown))
      const wanted = ids.filter(id => !isKnown(id) && !this.#taking.has(latin1(id)))
      link.sendIds(this, 'want', wanted)
    }
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  /** Pending entries from before a restart. */
  async #restore(): Promise<void> {
    for await (const record of (await this.#options.journal).read()) {
      const value = decodeCbor(record)
      const [clientId, bytes] = Array.isArray(value) ? value : []
      if (!(clientId instanceof Uint8Array) || !(bytes instanceof Uint8Array)) continue
      if (this.#isKnown(latin1(clientId))) continue
      this.#hold({ clientId, bytes, isOwn: false })
      // It may have crashed before the message was read.
      this.#direct?.take(clientId, bytes, async () => {}).catch(() => {})
    }
    if (this.#held.size === 0) return
    for (const link of this.#options.links()) if (link.shares(this)) this.met(link)
    void this.#appendOthers()
  }

  async #entries(entries: readonly RoomEntry[]): Promise<void> {
    for (const { clientId } of entries) this.#place(clientId)
    await this.#options.follower.entries(entries)
    if (entries.some(({ bytes }) => kindOf(bytes) !== 'message')) this.#options.changed()
  }

  async #receiveEntry(link: DirectLink, frame: RoomFrame & { readonly kind: 'entry' }): Promise<void> {
    const clientId = frame.clientId.slice()
    const key = latin1(clientId)
    if (!this.#isKnown(key)) {
      const taking = this.#taking.get(key) ?? this.#take(clientId, frame.bytes.slice(), link)
      this.#taking.set(key, taking)
      const isTaken = await taking.finally(() => this.#taking.delete(key))
      if (!isTaken) return
    }
    link.sendIds(this, 'got', [clientId])
  }

  /**
   * Receives a member's message, keeps it until it has a place, and offers it to others. What
   * cannot be read yet is received again with its place in the log.
   */
  async #take(clientId: Uint8Array, bytes: Uint8Array, from: DirectLink): Promise<boolean> {
    if (!this.#direct || !isDirect(bytes) || this.#isFull(bytes.length)) return false
    const keep = async () => {
      this.#closing.signal.throwIfAborted()
      if (this.#isKnown(latin1(clientId))) return
      this.#hold({ clientId, bytes, isOwn: false })
      await (await this.#options.journal).append(encodeCbor([clientId, bytes]))
    }
    try {
      if (!(await this.#direct.take(clientId, bytes, keep)) || this.#isClosed) return false
    } catch {
      // The chat was closed, or writing failed.
      return false
    }
    for (const link of this.#options.links()) if (link !== from) link.sendIds(this, 'have', [clientId])
    void this.#appendOthers()
    return true
  }

  #takeVolatile(bytes: Uint8Array): void {
    if (remember(this.#volatile, latin1(bytes))) this.#options.follower.volatile(bytes)
  }

  #sendEntry(link: DirectLink, clientId: Uint8Array): void {
    const key = latin1(clientId)
    if (this.#held.has(key)) link.sendEntry(this, clientId, () => this.#held.get(key)?.bytes ?? null)
  }

  #isKnown(key: string): boolean {
    return this.#held.has(key) || this.#placed.has(key)
  }

  #isFull(length: number): boolean {
    return this.#held.size >= MAX_HELD || this.#heldBytes + length > MAX_HELD_BYTES
  }

  #hold(held: Held): void {
    const key = latin1(held.clientId)
    if (this.#isKnown(key)) return
    this.#held.set(key, held)
    this.#heldBytes += held.bytes.length
  }

  /** The log has it. */
  #place(clientId: Uint8Array): void {
    const key = latin1(clientId)
    remember(this.#placed, key)
    const held = this.#held.get(key)
    if (!held) return
    this.#held.delete(key)
    this.#heldBytes -= held.bytes.length
    if (held.isOwn) return
    const left = [...this.#held.values()].filter(({ isOwn }) => !isOwn)
    this.#dead++
    if (left.length > 0 && this.#dead < MAX_DEAD) return
    this.#dead = 0
    const records = left.map(each => encodeCbor([each.clientId, each.bytes]))
    this.#options.journal.then(journal => journal.replace(records)).catch(() => {})
  }

  /**
   * Appends entries that their authors have not: in sequence, while reading the log, so that few
   * are sent twice.
   */
  async #appendOthers(): Promise<void> {
    if (this.#isAppending) return
    this.#isAppending = true
    const { clock, random } = this.#options
    const { signal } = this.#closing
    let pauseMs = OTHERS_MS.first + random.below(OTHERS_MS.spread)
    try {
      for (;;) {
        await delay(clock, pauseMs, signal)
        const next = [...this.#held.values()].find(({ isOwn }) => !isOwn)
        if (!next) break
        // The hub refuses it: no other device can append it either.
        await this.#hub.append(next.clientId, next.bytes).catch(() => signal.throwIfAborted())
        this.#place(next.clientId)
        pauseMs = OTHERS_MS.next + random.below(OTHERS_MS.next)
      }
    } catch {
      // Closed.
    } finally {
      this.#isAppending = false
    }
  }
}

function isDirect(bytes: Uint8Array): boolean {
  return kindOf(bytes) === 'message' && bytes.length <= MAX_DIRECT_BYTES
}

/** Returns false if it exists. Forgets the oldest. */
function remember(set: Set<string>, key: string): boolean {
  if (set.has(key)) return false
  set.add(key)
  if (set.size > MAX_RECENT) set.delete(set.values().next().value!)
  return true
}
