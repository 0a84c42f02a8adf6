/**
 * Connects to other devices by WebRTC: offers and answers are signals through the devices' inboxes
 * (`DirectSignals`), possibly from another thread.
 */
import type { SignaledPeers } from '@shoal/network/signaled-peers'
import type { Connection, IceServer } from '@shoal/torrent'
import { type Clock, compareBytes, hex, latin1, type Random, TokenBucket } from '@shoal/torrent/base'
import type { DeviceAddress } from '../device/ports.ts'
import { channelOf } from './connection-channel.ts'
import type { DirectRooms } from './direct-rooms.ts'
import type { SignalNews, SignalOrder } from './direct-signals.ts'
import { decodeSignal, OFFER_ID_BYTES } from './signal.ts'

/**
 * Delay before a device is retried. It doubles with each failure: most devices are off for hours.
 */
const AGAIN_MS = { least: 15_000, most: 15 * 60_000 } as const
/** Devices that came online together are tried in sequence. */
const SPREAD_MS = 1000
const TICK_MS = 500
/** A call that crosses a connection does not cause another one. */
const RECENT_MS = 5000
/** Inboxes take some time. */
const DIAL_MS = 45_000
const SECOND_OFFER_MS = 20_000
const PARALLEL = 4
/** Signals per person that are read. The rest are dropped. */
const SIGNALS = { burst: 20, perSecond: 0.1 } as const
/** Turns and budgets to remember. */
const MAX_REMEMBERED = 256

export interface SignaledDevicesOptions {
  /** Makes the connections. Closed together with this. */
  readonly peers: SignaledPeers
  readonly rooms: Pick<DirectRooms, 'connect'>
  readonly clock: Clock
  readonly random: Random
  send(order: SignalOrder): void
}

interface Turn {
  dueMs: number
  waitMs: number
  /** When the last connection was made. */
  readonly madeMs: number
}

export class SignaledDevices {
  readonly #options: SignaledDevicesOptions
  #own = new Uint8Array()
  #stun: readonly string[] = []
  /** Devices that are not connected, by their hashes. */
  #wanted: ReadonlyMap<string, DeviceAddress> = new Map()
  readonly #turns = new Map<string, Turn>()
  readonly #budgets = new Map<string, TokenBucket>()
  readonly #dialing = new Set<string>()
  readonly #connections = new Set<Connection>()
  /** Pending answers, by the ids of their offers. */
  readonly #answers = new Map<string, (sdp: string) => void>()
  readonly #closing = new AbortController()
  #cancel: (() => void) | null = null

  constructor(options: SignaledDevicesOptions) {
    this.#options = options
    options.peers.onConnection = connection => void this.#run(connection)
  }

  /**
   * STUN servers, from which both devices learn their external addresses, as reported by the chat.
   */
  get iceServers(): readonly IceServer[] {
    return this.#stun.map(urls => ({ urls }))
  }

  /** Handles a message from the chat. */
  receive(news: SignalNews): void {
    if (this.#closing.signal.aborted) return
    if (news.kind === 'signal') return void this.#received(news.from, news.bytes)
    this.#own = news.own.slice()
    this.#stun = news.stun
    this.#wanted = new Map(news.devices.map(each => [latin1(each.device), each]))
    for (const key of this.#wanted.keys()) if (!this.#turns.has(key)) this.#hurry(key)
    forgetOldest(this.#turns)
    this.#schedule()
  }

  /** Ends attempts and connections. Idempotent. */
  close(): void {
    this.#closing.abort(new Error('The chat was closed'))
    this.#cancel?.()
    this.#options.peers.close()
    for (const connection of this.#connections) connection.close()
  }

  #schedule(): void {
    if (this.#cancel || this.#wanted.size === 0 || this.#closing.signal.aborted) return
    this.#cancel = this.#options.clock.after(TICK_MS, () => {
      this.#cancel = null
      this.#tick()
      this.#schedule()
    })
  }

  #tick(): void {
    const nowMs = this.#options.clock.nowMs()
    for (const [key, { device }] of this.#wanted) {
      const turn = this.#turns.get(key) ?? this.#hurry(key)
      if (turn.dueMs > nowMs || this.#dialing.has(key)) continue
      const isOfferer = compareBytes(this.#own, device) < 0
      if (isOfferer && this.#dialing.size >= PARALLEL) continue
      turn.dueMs = nowMs + turn.waitMs
      turn.waitMs = Math.min(2 * turn.waitMs, AGAIN_MS.most)
      if (isOfferer) void this.#dial(key, device)
      else this.#options.send({ device, signal: { kind: 'call' } })
    }
  }

  async #dial(key: string, device: Uint8Array): Promise<void> {
    this.#dialing.add(key)
    const limit = new AbortController()
    const cancel = this.#options.clock.after(DIAL_MS, () => limit.abort(new Error('It takes too long')))
    try {
      const signal = AbortSignal.any([this.#closing.signal, limit.signal])
      const carry = (offer: string, until: AbortSignal) => this.#carry(device, offer, until)
      const connection = await this.#options.peers.dial(carry, { signal, secondOfferMs: SECOND_OFFER_MS })
      const nowMs = this.#options.clock.nowMs()
      this.#turns.set(key, { dueMs: nowMs + RECENT_MS, waitMs: AGAIN_MS.least, madeMs: nowMs })
      void this.#run(connection, key)
    } catch {
      // It is offline or unreachable: wait for its next turn.
    } finally {
      cancel()
      this.#dialing.delete(key)
    }
  }

  async #carry(device: Uint8Array, sdp: string, signal: AbortSignal): Promise<string> {
    const id = this.#options.random.bytes(OFFER_ID_BYTES)
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    this.#answers.set(hex(id), resolve)
    this.#options.send({ device, signal: { kind: 'offer', id, sdp } })
    try {
      signal.throwIfAborted()
      return await promise
    } finally {
      signal.removeEventListener('abort', abort)
      this.#answers.delete(hex(id))
    }
  }

  async #received({ did, device }: DeviceAddress, bytes: Uint8Array): Promise<void> {
    const { clock, peers, send } = this.#options
    const nowMs = clock.nowMs()
    const budget = this.#budgets.get(did) ?? new TokenBucket(SIGNALS.perSecond, SIGNALS.burst, nowMs)
    this.#budgets.set(did, budget)
    forgetOldest(this.#budgets)
    if (!budget.take(1, nowMs)) return
    try {
      const signal = decodeSignal(bytes)
      if (signal.kind === 'offer') {
        const sdp = await peers.answer(device, signal.sdp)
        if (sdp !== '') send({ device, signal: { kind: 'answer', id: signal.id, sdp } })
        return
      }
      const answered = signal.kind === 'answer' && this.#answers.get(hex(signal.id))
      if (answered) answered(signal.sdp)
      else this.#heard(latin1(device), device)
    } catch {
      // A device that breaks the protocol is not connected.
    }
  }

  /** A device is online: it has called, or has read a pending offer. */
  #heard(key: string, device: Uint8Array): void {
    const { dueMs } = this.#hurry(key)
    if (this.#wanted.has(key) || this.#dialing.has(key) || this.#dialing.size >= PARALLEL) return
    // It has restarted, and the end of its connection has not been noticed yet.
    const isOfferer = compareBytes(this.#own, device) < 0
    if (isOfferer && dueMs - this.#options.clock.nowMs() <= SPREAD_MS) void this.#dial(key, device)
  }

  /** `key`: of the device, if this one made the offer. The chat identifies it. */
  async #run(connection: Connection, key: string | null = null): Promise<void> {
    const { clock, rooms } = this.#options
    if (this.#closing.signal.aborted) return connection.close()
    const beganMs = clock.nowMs()
    this.#connections.add(connection)
    await rooms.connect(channelOf(connection)).catch(() => {})
    this.#connections.delete(connection)
    // A connection that worked is soon made again.
    if (key !== null && clock.nowMs() - beganMs > AGAIN_MS.least) this.#hurry(key)
  }

  #hurry(key: string): Turn {
    const { clock, random } = this.#options
    const known = this.#turns.get(key)
    const madeMs = known?.madeMs ?? Number.NEGATIVE_INFINITY
    if (known && clock.nowMs() - madeMs < RECENT_MS) return known
    const turn = { dueMs: clock.nowMs() + random.below(SPREAD_MS), waitMs: AGAIN_MS.least, madeMs }
    this.#turns.set(key, turn)
    return turn
  }
}

function forgetOldest(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= MAX_REMEMBERED) return
    map.delete(key)
  }
}
