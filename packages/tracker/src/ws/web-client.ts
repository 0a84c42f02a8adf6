import { TokenBucket } from '@shoal/torrent/base'
import type { WebSocket } from 'ws'
import type { Family } from '../store.ts'
import type { FarPage } from './messages.ts'

/** Maximum number of memberships per connection. */
const MAX_MEMBERSHIPS = 1000
/**
 * Maximum number of peer IDs of one connection in one torrent: a client with many would attract
 * the offers of all others.
 */
const MAX_PER_TORRENT = 4
/** Maximum number of offers per connection that were relayed to it and may still be answered. */
const MAX_ROUTES = 200
/** Maximum number of messages per relayed offer: an answer, and candidates after it. */
const MAX_PER_ROUTE = 30
/**
 * With more unsent bytes, nothing is relayed to a client. It is disconnected if it is still above
 * this at the next ping.
 */
const FULL_BYTES = 64 * 1024
/** With more unsent bytes, a client is disconnected at once. */
const MAX_WAITING_BYTES = 128 * 1024
const MESSAGES = { most: 100, perSecond: 20 }
/** Limits on received bytes. Reading is paused beyond them, so that no message is lost. */
const READ_BYTES = { most: 400_000, perSecond: 100_000 }
/** Header of a small frame (RFC 6455 section 5.2). */
const FRAME_BYTES = 6
const OFFERS = { most: 40, perSecond: 10 }
/**
 * Limits on a client's own offers that are relayed: a page makes ten per torrent at once, and again
 * after a minute or two.
 */
const OWN_OFFERS = { most: 60, perSecond: 3 }

/** One peer of one swarm, behind a connection. */
export interface Membership {
  /** Its address in the store. */
  readonly number: number
  readonly hash: string
  readonly peerId: string
  readonly client: WebClient
  isSeed: boolean
}

interface Route {
  readonly to: Membership | FarPage
  left: number
}

/** The client of a connection. */
export interface Caller {
  readonly family: Family
  readonly words: Int32Array
  /** The same address as text. */
  readonly address: string
  /** False if the connection may come through a proxy or from a foreign page. */
  readonly isDirect: boolean
  /** From the URL that it connected to. */
  readonly passkey: string | null
}

/** The connection of a browser or another WebTorrent client, with its limits. */
export class WebClient {
  readonly socket: WebSocket
  readonly caller: Caller
  readonly memberships = new Map<string, Membership>()
  /** Whether it has answered the last ping. */
  isAlive = true
  #wasFull = false
  #resume: NodeJS.Timeout | undefined
  readonly #messages: TokenBucket
  readonly #bytes: TokenBucket
  readonly #offers: TokenBucket
  readonly #ownOffers: TokenBucket
  /** Peers that it may answer, by info hash, its own peer ID, theirs, and offer ID. */
  readonly #routes = new Map<string, Route>()

  constructor(socket: WebSocket, caller: Caller, nowMs: number) {
    this.socket = socket
    this.caller = caller
    this.#messages = new TokenBucket(MESSAGES.perSecond, MESSAGES.most, nowMs)
    this.#bytes = new TokenBucket(READ_BYTES.perSecond, READ_BYTES.most, nowMs)
    this.#offers = new TokenBucket(OFFERS.perSecond, OFFERS.most, nowMs)
    this.#ownOffers = new TokenBucket(OWN_OFFERS.perSecond, OWN_OFFERS.most, nowMs)
  }

  mayJoin(hash: string): boolean {
    if (this.memberships.size >= MAX_MEMBERSHIPS) return false
    let known = 0
    for (const membership of this.memberships.values()) if (membership.hash === hash) known++
    return known < MAX_PER_TORRENT
  }

  maySpeak(nowMs: number): boolean {
    return this.#messages.take(1, nowMs)
  }

  /** Counts a received message or ping, and pauses reading if the limit is exceeded. */
  readBytes(bytes: number, nowMs: number): void {
    const waitMs = this.#bytes.spend(bytes + FRAME_BYTES, nowMs)
    if (waitMs === 0) return
    this.socket.pause()
    clearTimeout(this.#resume)
    this.#resume = setTimeout(() => this.socket.resume(), waitMs).unref()
  }

  /** Call it when the socket has closed. */
  close(): void {
    clearTimeout(this.#resume)
  }

  /** Returns how many of its own offers may be relayed now. */
  offersLeft(nowMs: number): number {
    return Math.floor(this.#ownOffers.left(nowMs))
  }

  tookOffers(count: number, nowMs: number): void {
    this.#ownOffers.spend(count, nowMs)
  }

  get isFull(): boolean {
    return this.socket.bufferedAmount > FULL_BYTES
  }

  /** Call it at each ping. Returns true if it answered the last one and reads its messages. */
  livesOn(): boolean {
    const lives = this.isAlive && !(this.#wasFull && this.isFull)
    this.#wasFull = this.isFull
    this.isAlive = false
    return lives
  }

  /** Returns true if an offer may be relayed to it now. */
  wantsOffer(nowMs: number): boolean {
    return !this.isFull && this.#offers.take(1, nowMs)
  }

  /** Allows `own` to send messages about this offer to `to`. */
  addRoute(own: Membership, to: Membership | FarPage, offerId: string): void {
    const key = routeKey(own.hash, own.peerId, to.peerId, offerId)
    this.#routes.delete(key)
    if (this.#routes.size >= MAX_ROUTES) this.#routes.delete(this.#routes.keys().next().value!)
    this.#routes.set(key, { to, left: MAX_PER_ROUTE })
  }

  /** Returns the recipient of an answer, or undefined if there was no offer for it. */
  follow(hash: string, peerId: string, toPeerId: string, offerId: string): Membership | FarPage | undefined {
    const route = this.#routes.get(routeKey(hash, peerId, toPeerId, offerId))
    if (!route || route.left-- <= 0) return undefined
    return route.to
  }

  send(message: object): void {
    if (this.socket.bufferedAmount > MAX_WAITING_BYTES) this.socket.terminate()
    else this.socket.send(JSON.stringify(message))
  }
}

function routeKey(hash: string, peerId: string, toPeerId: string, offerId: string): string {
  return hash + peerId + toPeerId + offerId
}
