import { randomInt } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { CALLER, type CallerKind, identifyCaller, isCrossOrigin } from '../access/caller.ts'
import { ConnectionCounts } from '../access/connection-counts.ts'
import { readAddress } from '../base/address.ts'
import { SCOPE, scopeOf } from '../base/scope.ts'
import { Announce, EVENT, FAMILY, PEER_BYTES, SwarmCounts } from '../store.ts'
import { REFUSED, type Tracker } from '../tracker.ts'
import { parsePasskey } from '../udp/udp-packets.ts'
import {
  type ClientMessage,
  type FarPage,
  type FarSignal,
  MAX_MESSAGE_BYTES,
  type Offer,
  readFarSignal,
  readHash,
  readMessage,
} from './messages.ts'
import { type Membership, WebClient } from './web-client.ts'

/**
 * Interval at which pages make new offers, since offers become stale. A shorter interval would
 * make two pages send each other offers while earlier ones are still being answered, and drop both
 * connections.
 */
const [MIN_INTERVAL_SECONDS, MAX_INTERVAL_SECONDS] = [60, 120] as const
const PING_MS = 45_000
const MAX_CONNECTIONS = 20_000
/** Maximum time that clients of a stopping tracker should wait. */
const MAX_WAIT_SECONDS = 10
/** Time for the closing handshake. */
const CLOSE_MS = 1000
/** RFC 6455 section 7.4.1, and the registry of section 11.7. */
const [POLICY_VIOLATION, SERVICE_RESTART] = [1008, 1012] as const
/**
 * Factor for the number of peers to request, since some of them cannot accept an offer at the
 * moment.
 */
const SPARE = 2

/**
 * A peer in the tracker's own process. It needs no connection: it answers the offers of pages, and
 * makes none.
 */
export interface OwnPeer {
  /** 20 characters, one per byte. */
  readonly peerId: string
  /**
   * Returns true if it would answer an offer of this page for this torrent. The info hash and peer
   * ID have 20 characters.
   */
  wants(hash: string, peerId: string, isSeed: boolean): boolean
  /** Resolves to the SDP of its answer, or null if it cannot answer after all. Never rejects. */
  answer(hash: string, offer: { id: string; sdp: string }, peerId: string): Promise<string | null>
}

/** Pages that are connected to other processes of the same tracker. */
export interface FarPages {
  /** The number of this process: 1 to 65535. */
  readonly number: number
  /** Sends a message to another process, whose WebSocketFront receives it. JSON. */
  send(process: number, text: string): void
}

export interface WebSocketFrontOptions {
  /** Default: this process is the only one. */
  readonly farPages?: FarPages | undefined
  readonly ownPeer?: OwnPeer
  /**
   * UDP port on which the host of this tracker answers STUN, for pages on the internet. Null:
   * none. Default none.
   */
  readonly stunPort?: () => number | null
  /** Maximum number of connections. Default 20,000. */
  readonly maxConnections?: number
}

type AnnounceMessage = ClientMessage & { kind: 'announce' }
type AnswerMessage = ClientMessage & { kind: 'answer' }

/**
 * WebTorrent signaling: pages announce over WebSocket, and their offers and answers are relayed.
 * Any HTTP server can pass upgrades to it.
 */
export class WebSocketFront {
  readonly #tracker: Tracker
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
  })
  readonly #clients = new Set<WebClient>()
  readonly #members = new Map<number, Membership>()
  readonly #connections: ConnectionCounts
  readonly #peers: ConnectionCounts
  readonly #maxConnections: number
  readonly #ownPeer: OwnPeer | undefined
  readonly #stunPort: () => number | null
  readonly #farPages: FarPages | undefined
  readonly #pinger: NodeJS.Timeout
  #announce = new Announce()
  #lastNumber = randomInt(2 ** 31)
  #isOpen = true

  constructor(
    tracker: Tracker,
    {
      maxConnections = MAX_CONNECTIONS,
      ownPeer,
      stunPort = () => null,
      farPages,
    }: WebSocketFrontOptions = {},
  ) {
    this.#tracker = tracker
    this.#farPages = farPages
    this.#ownPeer = ownPeer
    this.#stunPort = stunPort
    this.#maxConnections = maxConnections
    this.#connections = new ConnectionCounts(
      tracker.access.connectionsPerAddress,
      tracker.access.isMachineTrusted,
    )
    this.#peers = new ConnectionCounts(tracker.access.webPeersPerAddress, tracker.access.isMachineTrusted)
    this.#pinger = setInterval(() => this.#ping(), PING_MS).unref()
    // The library has already answered an invalid handshake.
    this.#server.on('wsClientError', (_error, socket) => socket.destroy())
  }

  get connections(): number {
    return this.#clients.size
  }

  /**
   * Accepts or refuses an upgrade; a refusal is an HTTP response. `address`: the client's address,
   * if the server knows it better than the socket; `kind`: the origin of the request.
   */
  upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    address?: string,
    kind: CallerKind = identifyCaller(request),
    isLookedUp = false,
  ): void {
    const from = address ?? request.socket?.remoteAddress ?? ''
    const words = new Int32Array(4)
    const family = readAddress(from, words)
    if (family === null || this.#tracker.access.isBanned(family, words))
      return refuse(socket, '403 Forbidden', REFUSED.banned)
    const passkey = parsePasskey(request.url ?? '')
    const isDirect = kind === CALLER.direct && !isCrossOrigin(request.headers)
    const refusal = this.#tracker.access.passkeyRefusal(passkey, family, words, isDirect)
    if (refusal === 'unknown' && !isLookedUp) {
      // Its errors are irrelevant until it is accepted.
      socket.on('error', ignore)
      return void this.#tracker.access.accounts?.lookUp(passkey!).then(() => {
        socket.off('error', ignore)
        if (!socket.destroyed) this.upgrade(request, socket, head, address, kind, true)
      })
    }
    if (refusal !== null) return refuse(socket, STATUS_OF[refusal], REFUSED[refusal])
    if (
      !this.#isOpen ||
      this.#clients.size >= this.#maxConnections ||
      !this.#connections.admits(from, isDirect)
    )
      return refuse(socket, '503 Service Unavailable', 'Too many connections: try again later')
    let isOpen = false
    const release = () => this.#connections.release(from, isDirect)
    const onEarlyClose = () => {
      if (!isOpen) release()
    }
    socket.once('close', onEarlyClose)
    this.#server.handleUpgrade(request, socket, head, webSocket => {
      isOpen = true
      const client = new WebClient(
        webSocket,
        { family, words, address: from, isDirect, passkey },
        this.#tracker.nowMs(),
      )
      this.#open(client, webSocket, release)
    })
  }

  /** Handles a message from another process for a page that is connected to this one. */
  receiveFar(text: string): void {
    const signal = readFarSignal(text)
    const to = signal && this.#members.get(signal.to)
    if (to && to.hash === signal.from.hash && to.peerId !== signal.from.peerId) this.#relayFar(to, signal)
  }

  /**
   * Refuses new connections, and closes each of the others at a random time within this one, with
   * status 1012 and the number of seconds to wait before reconnecting. Resolves when all have
   * closed.
   */
  async drain(withinMs: number): Promise<void> {
    this.#isOpen = false
    const closed = [...this.#clients].map(
      ({ socket }) =>
        new Promise<void>(resolve => {
          socket.once('close', () => resolve())
          setTimeout(
            () => socket.close(SERVICE_RESTART, `reconnect-after=${1 + randomInt(MAX_WAIT_SECONDS)}`),
            randomInt(withinMs + 1),
          )
          // Some clients do not answer the closing handshake.
          setTimeout(() => socket.terminate(), withinMs + CLOSE_MS)
        }),
    )
    await Promise.all(closed)
  }

  async close(): Promise<void> {
    this.#isOpen = false
    clearInterval(this.#pinger)
    for (const { socket } of [...this.#clients]) socket.terminate()
    this.#server.close()
  }

  #open(client: WebClient, socket: WebSocket, release: () => void): void {
    this.#clients.add(client)
    socket.on('pong', () => {
      client.isAlive = true
    })
    // The library sends a pong for each.
    socket.on('ping', (data: Buffer) => client.readBytes(data.length, this.#tracker.nowMs()))
    socket.on('error', () => socket.terminate())
    // Some clients send the text as bytes.
    socket.on('message', (data: Buffer) => {
      // An exception in a listener would end the process; let it cost the sender its connection
      // instead.
      try {
        const nowMs = this.#tracker.nowMs()
        client.readBytes(data.length, nowMs)
        if (!client.maySpeak(nowMs)) socket.close(POLICY_VIOLATION, 'Too many messages')
        else if (this.#mayStay(client)) this.#receive(client, data.toString())
      } catch {
        socket.terminate()
      }
    })
    socket.once('close', () => {
      this.#clients.delete(client)
      client.close()
      release()
      for (const membership of [...client.memberships.values()]) this.#leave(membership)
    })
  }

  /**
   * Returns false and disconnects the client if the access lists have changed and exclude it now.
   */
  #mayStay({ socket, caller: { family, words, passkey } }: WebClient): boolean {
    const tracker = this.#tracker
    if (!tracker.access.isBanned(family, words) && tracker.access.admitsPasskey(passkey)) return true
    socket.close(POLICY_VIOLATION, tracker.access.isBanned(family, words) ? REFUSED.banned : REFUSED.passkey)
    return false
  }

  #receive(client: WebClient, text: string): void {
    const message = readMessage(text)
    if (typeof message === 'string') return client.send({ action: 'announce', 'failure reason': message })
    if (message.kind === 'answer') return this.#relayAnswer(client, message)
    const { family, words, isDirect } = client.caller
    if (!this.#tracker.access.admitsRate(family, words, isDirect)) {
      this.#tracker.counters.webSocket.refused++
      const hash = message.kind === 'announce' ? message.hash : undefined
      return client.send({ action: message.kind, info_hash: hash, 'failure reason': REFUSED.often })
    }
    if (message.kind === 'scrape') this.#scrape(client, message.hashes)
    else this.#takeAnnounce(client, message)
  }

  #takeAnnounce(client: WebClient, message: AnnounceMessage): void {
    const membership = this.#membership(client, message)
    if (!membership) {
      const reason =
        'Too many torrents, or too many peers of one torrent, on one connection or from one address'
      return client.send({ action: 'announce', info_hash: message.hash, 'failure reason': reason })
    }
    membership.isSeed = message.isSeed
    const announce = this.#fill(membership, EVENT[message.event], message.offers.length * SPARE)
    this.#fillTransfers(announce, client, message)
    const pending = this.#tracker.announce(announce, 'webSocket')
    if (message.event === 'stopped') this.#drop(membership)
    if (pending === undefined) return this.#answer(membership, message, announce)
    this.#announce = new Announce()
    void pending.then(() => this.#answer(membership, message, announce))
  }

  #answer(membership: Membership, { offers, hash, event }: AnnounceMessage, announce: Announce): void {
    const { client } = membership
    // It may have disconnected in the meantime.
    if (!this.#clients.has(client)) return
    if (announce.failure !== '') {
      client.send({ action: 'announce', info_hash: hash, 'failure reason': announce.failure })
      // A client that may retry keeps its membership.
      if (announce.retryInSeconds === 0) this.#leave(membership)
      return
    }
    const { family, words } = client.caller
    // In a local network, pages reach each other without STUN.
    const stunPort = scopeOf(family, words) === SCOPE.world ? this.#stunPort() : null
    client.send({
      action: 'announce',
      info_hash: hash,
      interval: Math.max(MIN_INTERVAL_SECONDS, Math.min(announce.intervalSeconds, MAX_INTERVAL_SECONDS)),
      complete: announce.seeds,
      incomplete: announce.leeches,
      downloaded: announce.downloads,
      ...(stunPort !== null && { 'stun port': stunPort }),
    })
    if (offers.length > 0 && event !== 'stopped') this.#relayOffers(membership, offers, announce)
  }

  #relayOffers(from: Membership, offers: readonly Offer[], announce: Announce): void {
    const nowMs = this.#tracker.nowMs()
    const most = Math.min(offers.length, from.client.offersLeft(nowMs))
    let next = most > 0 && this.#offerOwnPeer(from, offers[0]!) ? 1 : 0
    const view = announce.peersView
    for (let at = 0; at < announce.peerCount && next < most; at++) {
      const number = view.getInt32(PEER_BYTES[FAMILY.web] * at)
      const process = view.getUint16(PEER_BYTES[FAMILY.web] * at + 4)
      if (process !== this.#process) {
        const { id, description } = offers[next++]!
        this.#sendFar('offer', { process, number }, from, id, description)
        continue
      }
      const to = this.#members.get(number)
      if (!to || to.hash !== from.hash || to.peerId === from.peerId || !to.client.wantsOffer(nowMs)) continue
      const { id, description } = offers[next++]!
      sendOffer(to, from, id, description)
    }
    from.client.tookOffers(next, nowMs)
  }

  /** Returns true if the own peer accepts the offer; its answer follows asynchronously. */
  #offerOwnPeer({ hash, peerId, client, isSeed }: Membership, { id, description }: Offer): boolean {
    const own = this.#ownPeer
    const { sdp } = description as { sdp?: unknown }
    if (typeof sdp !== 'string' || !own?.wants(hash, peerId, isSeed)) return false
    void own.answer(hash, { id, sdp }, peerId).then(answer => {
      if (answer === null || !this.#clients.has(client)) return
      client.send({
        action: 'announce',
        info_hash: hash,
        peer_id: own.peerId,
        offer_id: id,
        answer: { type: 'answer', sdp: answer },
      })
    })
    return true
  }

  /** Relays an answer, only from the peer that received the offer to the peer that made it. */
  #relayAnswer(client: WebClient, { hash, peerId, toPeerId, offerId, description }: AnswerMessage): void {
    const to = client.follow(hash, peerId, toPeerId, offerId)
    const own = client.memberships.get(hash + peerId)
    if (!to || !own) return
    if (!('client' in to)) this.#sendFar('answer', to, own, offerId, description)
    else if (this.#members.get(to.number) === to) sendAnswer(to, own, offerId, description)
  }

  get #process(): number {
    return this.#farPages?.number ?? 0
  }

  #sendFar(
    kind: FarSignal['kind'],
    to: Pick<FarPage, 'process' | 'number'>,
    { number, hash, peerId }: Membership,
    offerId: string,
    description: object,
  ): void {
    const from: FarPage = { process: this.#process, number, hash, peerId }
    const signal: FarSignal = { kind, to: to.number, from, offerId, description }
    this.#farPages?.send(to.process, JSON.stringify(signal))
  }

  #relayFar(to: Membership, { kind, from, offerId, description }: FarSignal): void {
    if (kind === 'answer') sendAnswer(to, from, offerId, description)
    else if (to.client.wantsOffer(this.#tracker.nowMs())) sendOffer(to, from, offerId, description)
  }

  #scrape(client: WebClient, hashes: readonly string[]): void {
    this.#tracker.counters.webSocket.scrapes++
    const all = new Map<string, SwarmCounts>()
    const pending = hashes.map(hash => {
      const counts = new SwarmCounts()
      readHash(hash, counts.hash)
      all.set(hash, counts)
      return this.#tracker.scrape(counts)
    })
    void Promise.all(pending).then(() => client.send({ action: 'scrape', ...scraped(all) }))
  }

  /** Returns undefined if the client or its address has too many memberships. */
  #membership(client: WebClient, { hash, peerId, isSeed }: AnnounceMessage): Membership | undefined {
    const key = hash + peerId
    const known = client.memberships.get(key)
    if (known) return known
    const { address, isDirect } = client.caller
    if (!client.mayJoin(hash) || !this.#peers.admits(address, isDirect)) return undefined
    do this.#lastNumber = (this.#lastNumber + 1) | 0
    while (this.#members.has(this.#lastNumber))
    const membership: Membership = { number: this.#lastNumber, hash, peerId, client, isSeed }
    client.memberships.set(key, membership)
    this.#members.set(membership.number, membership)
    return membership
  }

  #leave(membership: Membership): void {
    this.#drop(membership)
    if (this.#tracker.forget(this.#fill(membership, EVENT.stopped, 0)) !== undefined)
      this.#announce = new Announce()
  }

  #drop({ number, hash, peerId, client }: Membership): void {
    if (!this.#members.delete(number)) return
    this.#peers.release(client.caller.address, client.caller.isDirect)
    client.memberships.delete(hash + peerId)
  }

  #fill({ number, hash, isSeed }: Membership, event: Announce['event'], wanted: number): Announce {
    const announce = this.#announce
    readHash(hash, announce.hash)
    announce.address[0] = number
    return Object.assign(announce, {
      family: FAMILY.web,
      account: '',
      port: this.#process,
      scope: 0,
      isSeed,
      event,
      wanted,
    })
  }

  #fillTransfers(
    announce: Announce,
    { caller: { passkey } }: WebClient,
    { peerId, uploadedBytes, downloadedBytes }: AnnounceMessage,
  ): void {
    if (passkey === null || uploadedBytes < 0 || downloadedBytes < 0) return
    announce.account = this.#tracker.access.accounts?.find(passkey) ?? ''
    for (let at = 0; at < announce.peerId.length; at++) announce.peerId[at] = peerId.charCodeAt(at)
    Object.assign(announce, { uploadedBytes, downloadedBytes })
  }

  #ping(): void {
    for (const client of [...this.#clients]) {
      if (!client.livesOn()) client.socket.terminate()
      else if (this.#mayStay(client)) client.socket.ping()
    }
  }
}

const STATUS_OF = {
  passkey: '403 Forbidden',
  guesses: '429 Too Many Requests',
  unknown: '503 Service Unavailable',
} as const

function ignore(): void {}

/** Relays an offer, which may then be answered. */
function sendOffer(to: Membership, from: Membership | FarPage, id: string, description: object): void {
  to.client.addRoute(to, from, id)
  to.client.send({
    action: 'announce',
    info_hash: to.hash,
    peer_id: from.peerId,
    offer_id: id,
    offer: description,
  })
}

/** Relays an answer, to which candidates may follow. */
function sendAnswer(to: Membership, from: Membership | FarPage, id: string, description: object): void {
  if (to.client.isFull) return
  to.client.addRoute(to, from, id)
  to.client.send({
    action: 'announce',
    info_hash: to.hash,
    peer_id: from.peerId,
    offer_id: id,
    answer: description,
  })
}

/** Fails if one of the counts is missing, since clients would take it for zero. */
function scraped(all: ReadonlyMap<string, SwarmCounts>): object {
  const failed = [...all.values()].find(({ failure }) => failure !== '')
  if (failed) return { 'failure reason': failed.failure }
  const files = [...all].map(([hash, { seeds, leeches, downloads }]) => [
    hash,
    { complete: seeds, incomplete: leeches, downloaded: downloads },
  ])
  return { files: Object.fromEntries(files) }
}

function refuse(socket: Duplex, status: string, reason: string): void {
  const body = `${reason}\n`
  const head = `HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`
  socket.on('error', () => {})
  socket.end(head + body)
}
