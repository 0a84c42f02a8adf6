import type { Clock } from '../../../../base/clock.ts'
import type { OpenSocket, SocketHandler } from '../web-socket.ts'

const LATENCY_MS = 5

type Message = Record<string, unknown>

/** The tracker's end of a socket. */
export interface MemoryClient {
  readonly handler: SocketHandler
  readonly received: Message[]
  readonly peers: Map<string, string>
  isOpen: boolean
}

/** A WebTorrent tracker in memory that relays offers and answers like the npm package. */
export class MemoryWsTracker {
  readonly #clock: Clock
  /** Clients with an open socket, in the order of connection. */
  readonly clients: MemoryClient[] = []
  /** Number of connection attempts. */
  dials = 0
  isUp = true
  intervalSeconds = 120
  /** If set, makes the responses: null for no response. */
  reply: ((message: Message) => unknown) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  readonly openSocket: OpenSocket = (_url, handler) => {
    this.dials++
    const client: MemoryClient = { handler, received: [], peers: new Map(), isOpen: false }
    this.#clock.after(LATENCY_MS, () => {
      if (!this.isUp) return handler.onClose()
      client.isOpen = true
      this.clients.push(client)
      handler.onOpen()
    })
    return {
      send: text => {
        if (client.isOpen) this.#clock.after(LATENCY_MS, () => this.#onMessage(client, JSON.parse(text)))
      },
      close: () => this.#close(client),
    }
  }

  /** Loses all state and all sockets. */
  crash(): void {
    this.isUp = false
    for (const client of [...this.clients]) this.#close(client)
  }

  /** Closes all sockets with a reason. */
  restart(reason: string): void {
    for (const client of [...this.clients]) this.#close(client, reason)
  }

  say(client: MemoryClient, message: unknown): void {
    const text = typeof message === 'string' ? message : JSON.stringify(message)
    this.#clock.after(LATENCY_MS, () => {
      if (client.isOpen) client.handler.onText(text)
    })
  }

  /** All messages from connected clients. */
  get received(): Message[] {
    return this.clients.flatMap(client => client.received)
  }

  #close(client: MemoryClient, reason?: string): void {
    const at = this.clients.indexOf(client)
    if (at >= 0) this.clients.splice(at, 1)
    client.isOpen = false
    this.#clock.after(0, () => client.handler.onClose(reason))
  }

  #onMessage(client: MemoryClient, message: Message): void {
    client.received.push(message)
    if (this.reply) {
      const reply = this.reply(message)
      if (reply !== null) this.say(client, reply)
    } else if (message.action === 'scrape') this.#scrape(client, message)
    else if (message.answer) this.#answer(message)
    else this.#announce(client, message)
  }

  #announce(client: MemoryClient, message: Message): void {
    const { info_hash, peer_id, event, offers, left } = message
    const infoHash = String(info_hash)
    if (event === 'stopped') client.peers.delete(infoHash)
    else client.peers.set(infoHash, String(peer_id))
    const complete = left === 0 ? 1 : 0
    const counts = { complete, incomplete: this.#others(infoHash, client).length }
    this.say(client, { action: 'announce', info_hash, interval: this.intervalSeconds, ...counts })
    const others = this.#others(infoHash, client)
    for (const [i, { offer, offer_id }] of (
      (offers ?? []) as { offer: unknown; offer_id: string }[]
    ).entries())
      if (others[i]) this.say(others[i], { action: 'announce', info_hash, peer_id, offer, offer_id })
  }

  #answer({ info_hash, peer_id, to_peer_id, offer_id, answer }: Message): void {
    for (const client of this.clients)
      if (client.peers.get(String(info_hash)) === to_peer_id)
        this.say(client, { action: 'announce', info_hash, peer_id, offer_id, answer })
  }

  #scrape(client: MemoryClient, { info_hash }: Message): void {
    const known = (info_hash as string[]).filter(hash => this.#others(hash).length > 0)
    const entries = known.map(hash => [
      hash,
      { complete: 1, incomplete: this.#others(hash).length, downloaded: 3 },
    ])
    this.say(client, { action: 'scrape', files: Object.fromEntries(entries) })
  }

  #others(infoHash: string, self?: MemoryClient): MemoryClient[] {
    return this.clients.filter(client => client !== self && client.peers.has(infoHash))
  }
}
