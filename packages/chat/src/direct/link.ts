/** An authenticated connection to one device: the rooms that both are in, and frames about them. */
import { type Clock, compareBytes, delay, latin1, type Random, TokenBucket } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import type { GroupDevice } from '../groups/credential.ts'
import { type Frame, type IdsFrame, MAX_IDS, MAX_TOKENS, type RoomFrame, TOKEN_BYTES } from './frames.ts'
import type { DirectChannel, DirectSession } from './session.ts'

/** Frames and bytes read from one device at a time. The rest waits in the channel. */
const FRAMES = { burst: 2000, perSecond: 100 } as const
const BYTES = { burst: 8 << 20, perSecond: 512 << 10 } as const
const PAUSE_MS = 100
/**
 * Most frames queued for sending. A device that reads too slowly is disconnected, and requests what
 * it lacks when it is back.
 */
const MAX_QUEUE = 4096
/** Entries remembered as sent. */
const MAX_SENT = 8192
/** The number of rooms is hidden: dummy tokens are added up to a power of two. */
const LEAST_TOKENS = 8

/** A room of this device, as seen by its links. */
export interface LinkedRoom {
  /** Known to members only. */
  readonly secret: Uint8Array
  /** Returns whether a device with the secret may receive entries. */
  meets(device: Uint8Array): boolean
  /** The remote device is in the room, too. */
  met(link: DirectLink): void
  receive(link: DirectLink, frame: RoomFrame): Promise<void>
}

interface Announced {
  readonly token: Uint8Array
  readonly other: string
  isMet: boolean
}

export class DirectLink {
  readonly #session: DirectSession
  readonly #channel: DirectChannel
  readonly #clock: Clock
  readonly #random: Random
  readonly #announced = new Map<LinkedRoom, Announced>()
  readonly #byToken = new Map<string, LinkedRoom>()
  readonly #fillers: Uint8Array[] = []
  readonly #sent = new Set<string>()
  #theirs: ReadonlySet<string> = new Set()
  #said = ''
  #queue: (() => Frame | null)[] = []
  #isSending = false
  #isClosed = false

  constructor(
    session: DirectSession,
    channel: DirectChannel,
    { clock, random }: { readonly clock: Clock; readonly random: Random },
  ) {
    this.#session = session
    this.#channel = channel
    this.#clock = clock
    this.#random = random
  }

  get peer(): GroupDevice {
    return this.#session.peer
  }

  /**
   * Reads frames until the channel ends. Rejects with `bad-message` if the remote breaks the
   * protocol.
   */
  async run(): Promise<void> {
    const clock = this.#clock
    const frames = new TokenBucket(FRAMES.perSecond, FRAMES.burst, clock.nowMs())
    const bytes = new TokenBucket(BYTES.perSecond, BYTES.burst, clock.nowMs())
    for await (const { frame, sizeBytes } of this.#session.frames) {
      while (!frames.take(1, clock.nowMs())) await delay(clock, PAUSE_MS)
      while (!bytes.take(sizeBytes, clock.nowMs())) await delay(clock, PAUSE_MS)
      if (this.#isClosed) return
      if (frame) await this.#receive(frame)
    }
  }

  /**
   * Announces which of these rooms this device is in, if that has changed. Omits rooms of which the
   * other device is not a member, and it cannot recognize others.
   */
  announce(rooms: Iterable<LinkedRoom>): void {
    const now = new Set<LinkedRoom>()
    for (const room of rooms) if (now.size < MAX_TOKENS && room.meets(this.peer.hash)) now.add(room)
    for (const [room, { other }] of this.#announced) {
      if (now.has(room)) continue
      this.#announced.delete(room)
      this.#byToken.delete(other)
    }
    for (const room of now) {
      if (this.#announced.has(room)) continue
      const { own, other } = this.#session.tokensOf(room.secret)
      this.#announced.set(room, { token: own, other: latin1(other), isMet: false })
      this.#byToken.set(latin1(other), room)
    }
    const tokens = [...this.#announced.values()].map(({ token }) => token)
    let most = LEAST_TOKENS
    while (most < tokens.length) most *= 2
    while (this.#fillers.length < most) this.#fillers.push(this.#random.bytes(TOKEN_BYTES))
    tokens.push(...this.#fillers.slice(tokens.length, most))
    // The order reveals nothing either.
    tokens.sort(compareBytes)
    const said = tokens.map(latin1).join('')
    if (said !== this.#said) this.#enqueue(() => ({ kind: 'rooms', tokens }))
    this.#said = said
    this.#meet()
  }

  /** Returns whether both devices are in the room, and each has announced it. */
  shares(room: LinkedRoom): boolean {
    return this.#announced.get(room)?.isMet ?? false
  }

  sendIds(room: LinkedRoom, kind: IdsFrame['kind'], ids: readonly Uint8Array[]): void {
    for (let at = 0; at < ids.length; at += MAX_IDS)
      this.#send(room, token => ({ kind, token, ids: ids.slice(at, at + MAX_IDS) }))
  }

  /**
   * Sends an entry, unless it was sent before. `bytes` returns null if it no longer needs to be
   * sent when its turn comes.
   */
  sendEntry(room: LinkedRoom, clientId: Uint8Array, bytes: () => Uint8Array | null): void {
    this.#send(room, token => {
      const key = latin1(token) + latin1(clientId)
      const entry = this.#sent.has(key) ? null : bytes()
      if (!entry) return null
      if (this.#sent.size >= MAX_SENT) this.#sent.delete(this.#sent.values().next().value!)
      this.#sent.add(key)
      return { kind: 'entry', token, clientId, bytes: entry }
    })
  }

  sendVolatile(room: LinkedRoom, bytes: Uint8Array): void {
    this.#send(room, token => ({ kind: 'volatile', token, bytes }))
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true
    this.#queue = []
    for (const announced of this.#announced.values()) announced.isMet = false
    this.#channel.close()
  }

  async #receive(frame: Frame): Promise<void> {
    if (frame.kind === 'hello' || frame.kind === 'proof')
      throw new ChatError('bad-message', 'The other device began the connection a second time.')
    if (frame.kind === 'rooms') {
      this.#theirs = new Set(frame.tokens.map(latin1))
      this.#meet()
      return
    }
    const room = this.#byToken.get(latin1(frame.token))
    // One of them may have left the room since.
    if (room && this.shares(room)) await room.receive(this, frame)
  }

  #meet(): void {
    for (const [room, announced] of this.#announced) {
      const isMet = !this.#isClosed && this.#theirs.has(announced.other)
      if (isMet === announced.isMet) continue
      announced.isMet = isMet
      if (isMet) room.met(this)
    }
  }

  #send(room: LinkedRoom, make: (token: Uint8Array) => Frame | null): void {
    this.#enqueue(() => {
      const announced = this.#announced.get(room)
      return announced?.isMet ? make(announced.token) : null
    })
  }

  #enqueue(make: () => Frame | null): void {
    if (this.#isClosed) return
    if (this.#queue.length >= MAX_QUEUE) return this.close()
    this.#queue.push(make)
    if (!this.#isSending) void this.#sendAll()
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true
    try {
      for (let make = this.#queue.shift(); make; make = this.#queue.shift()) {
        const frame = make()
        if (frame) await this.#session.send(frame)
      }
    } catch {
      this.close()
    } finally {
      this.#isSending = false
    }
  }
}
