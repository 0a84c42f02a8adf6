import type { WebSocket } from 'ws'
import type { Family } from '../store.ts'
import { Allowance } from './allowance.ts'

/** Torrents of one connection. */
const MAX_MEMBERSHIPS = 1000
/** Peer IDs that one connection has in one torrent: whoever has many gets the offers of all others. */
const MAX_PER_TORRENT = 4
/** Offers that were handed on to a connection and may be answered. */
const MAX_ROUTES = 200
/** An answer, and candidates after it. */
const MAX_PER_ROUTE = 30
/** Above it nothing of others is handed on, and who is still above it at the next ping does not read. */
const FULL_BYTES = 64 * 1024
/** Who has so much waiting is hung up on at once. */
const MAX_WAITING_BYTES = 128 * 1024
const MESSAGES = { most: 100, perSecond: 20 }
/** Read at once, and then in a second: more is left on the network until it is its turn, so that nobody's announce is lost. */
const READ_BYTES = { most: 400_000, perSecond: 100_000 }
/** The head of a small frame (RFC 6455, 5.2). */
const FRAME_BYTES = 6
const OFFERS = { most: 40, perSecond: 10 }
/** Of its own that are handed on: a page with several torrents makes ten for each at once, and again after a minute or two. */
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
  readonly to: Membership
  left: number
}

/** Whom a connection comes from. */
export interface Caller {
  readonly family: Family
  readonly words: Int32Array
  /** False when the address may be a proxy's, or a page's of anywhere that somebody looks at there. */
  readonly isItself: boolean
  /** Of the address that it connected to. */
  readonly passkey: string | null
}

/** A browser, or whatever else speaks as one. */
export class WebClient {
  readonly socket: WebSocket
  readonly caller: Caller
  readonly memberships = new Map<string, Membership>()
  /** Answered the last ping. */
  isAlive = true
  #wasFull = false
  #resume: NodeJS.Timeout | undefined
  readonly #messages: Allowance
  readonly #bytes: Allowance
  readonly #offers: Allowance
  readonly #ownOffers: Allowance
  /** Whom it may answer, by hash, its own peer ID, theirs, and offer ID. */
  readonly #routes = new Map<string, Route>()

  constructor(socket: WebSocket, caller: Caller, nowMs: number) {
    this.socket = socket
    this.caller = caller
    this.#messages = new Allowance(MESSAGES.most, MESSAGES.perSecond, nowMs)
    this.#bytes = new Allowance(READ_BYTES.most, READ_BYTES.perSecond, nowMs)
    this.#offers = new Allowance(OFFERS.most, OFFERS.perSecond, nowMs)
    this.#ownOffers = new Allowance(OWN_OFFERS.most, OWN_OFFERS.perSecond, nowMs)
  }

  mayJoin(hash: string): boolean {
    if (this.memberships.size >= MAX_MEMBERSHIPS) return false
    let known = 0
    for (const membership of this.memberships.values()) if (membership.hash === hash) known++
    return known < MAX_PER_TORRENT
  }

  maySpeak(nowMs: number): boolean {
    return this.#messages.take(nowMs)
  }

  /** Counts a message or ping that it sent, and stops reading for as long as that is too much. */
  readBytes(bytes: number, nowMs: number): void {
    const waitMs = this.#bytes.spend(bytes + FRAME_BYTES, nowMs)
    if (waitMs === 0) return
    this.socket.pause()
    clearTimeout(this.#resume)
    this.#resume = setTimeout(() => this.socket.resume(), waitMs).unref()
  }

  /** After its socket. */
  close(): void {
    clearTimeout(this.#resume)
  }

  /** How many of its own offers are handed on now, at most. */
  offersLeft(nowMs: number): number {
    return Math.floor(this.#ownOffers.left(nowMs))
  }

  tookOffers(count: number, nowMs: number): void {
    this.#ownOffers.spend(count, nowMs)
  }

  get isFull(): boolean {
    return this.socket.bufferedAmount > FULL_BYTES
  }

  /** At each ping: whether it answered the last one, and reads. */
  livesOn(): boolean {
    const lives = this.isAlive && !(this.#wasFull && this.isFull)
    this.#wasFull = this.isFull
    this.isAlive = false
    return lives
  }

  /** Whether it can take an offer now. */
  wantsOffer(nowMs: number): boolean {
    return !this.isFull && this.#offers.take(nowMs)
  }

  /** From now on `own` may send to `to` about this offer. */
  addRoute(own: Membership, to: Membership, offerId: string): void {
    const key = routeKey(own.hash, own.peerId, to.peerId, offerId)
    this.#routes.delete(key)
    if (this.#routes.size >= MAX_ROUTES) this.#routes.delete(this.#routes.keys().next().value!)
    this.#routes.set(key, { to, left: MAX_PER_ROUTE })
  }

  /** To whom an answer goes; undefined when nobody asked for it. */
  follow(hash: string, peerId: string, toPeerId: string, offerId: string): Membership | undefined {
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
