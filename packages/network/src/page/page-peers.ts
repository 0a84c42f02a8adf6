import {
  type Connection,
  type InfoHashes,
  type PeerAddress,
  type RtcConfig,
  ShoalError,
} from '@shoal/torrent'
import { SignaledPeers, type SignaledPeersOptions } from '../transport/signaled-peers.ts'
import type { PageHostNews, PageHostOrder, PageTorrent } from './messages.ts'

export { contentKeys, sealedKey } from '../content-keys.ts'
export type { PageTorrent } from './messages.ts'

/** Time limit for a page to load libp2p. */
const OPEN_LIMIT_MS = 30_000

export interface PagePeersOptions extends SignaledPeersOptions {
  /** Passes `port` to the page, which loads libp2p and calls `serveWorker` with it. */
  readonly lend: (port: MessagePort) => void
  /** Receives connections that peers open. */
  readonly onConnection: (connection: Connection) => void
  /** Called when peers that have a followed torrent were found. */
  readonly onFound: (infoHashes: InfoHashes, peers: readonly PeerAddress[]) => void
}

interface Host {
  readonly port: MessagePort
  readonly calls: Map<number, PromiseWithResolvers<string>>
}

/**
 * Peers of a worker's engine that are reached over the page's libp2p host: it carries the offers
 * and answers, and the connections are WebRTC.
 */
export class PagePeers {
  readonly #options: PagePeersOptions
  readonly #signaled: SignaledPeers
  #host: Promise<Host> | undefined
  #torrents: readonly PageTorrent[] = []
  /** URLs of the STUN servers that the page's host last reported. */
  #stun: readonly string[] = []
  #lastCall = 0

  constructor(options: PagePeersOptions) {
    this.#options = options
    this.#signaled = new SignaledPeers({ ...options, config: () => this.#config() })
    this.#signaled.onConnection = options.onConnection
  }

  /** Rejects with a ShoalError, or the signal's reason. */
  dial({ host: peer }: PeerAddress, options: { signal: AbortSignal }): Promise<Connection> {
    return this.#signaled.dial((sdp, signal) => this.#carry(peer, sdp, signal), options)
  }

  /** Sets the torrents for which to find peers, once there is a host. */
  follow(torrents: readonly PageTorrent[]): void {
    this.#torrents = torrents
    this.#host?.then(
      ({ port }) => post(port, { kind: 'torrents', torrents }),
      () => {},
    )
  }

  #config(): RtcConfig {
    const given = this.#options.config()
    return { ...given, iceServers: [...given.iceServers, ...this.#stun.map(urls => ({ urls }))] }
  }

  async #carry(peer: string, sdp: string, signal: AbortSignal): Promise<string> {
    this.#host ??= this.#open()
    const { port, calls } = await this.#host
    signal.throwIfAborted()
    const call = ++this.#lastCall
    const carried = Promise.withResolvers<string>()
    const abort = () => carried.reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    calls.set(call, carried)
    post(port, { kind: 'carry', call, peer, sdp })
    return carried.promise.finally(() => {
      signal.removeEventListener('abort', abort)
      calls.delete(call)
    })
  }

  /** Rejects with `unreachable` if the page cannot load libp2p. The next dial tries again. */
  #open(): Promise<Host> {
    const { port1: port, port2 } = new MessageChannel()
    const host: Host = { port, calls: new Map() }
    const opened = Promise.withResolvers<Host>()
    const timer = setTimeout(() => {
      this.#host = undefined
      port.close()
      opened.reject(new ShoalError('unreachable', 'libp2p could not be loaded'))
    }, OPEN_LIMIT_MS)
    port.onmessage = ({ data }: MessageEvent<PageHostNews>) => {
      if (data.kind !== 'open') return void this.#on(host, data)
      clearTimeout(timer)
      post(port, { kind: 'torrents', torrents: this.#torrents })
      opened.resolve(host)
    }
    this.#options.lend(port2)
    return opened.promise
  }

  async #on({ port, calls }: Host, news: Exclude<PageHostNews, { kind: 'open' }>): Promise<void> {
    if (news.kind === 'carried') calls.get(news.call)?.resolve(news.sdp)
    else if (news.kind === 'failed') calls.get(news.call)?.reject(new ShoalError('unreachable', news.message))
    else if (news.kind === 'found') {
      this.#stun = news.stun
      const found = news.peers.map((host): PeerAddress => ({ host, port: 0, kind: 'libp2p' }))
      this.#options.onFound(news.infoHashes, found)
    } else {
      this.#stun = news.stun
      const { call } = news
      post(port, { kind: 'answer', call, sdp: await this.#signaled.answer(news.peer, news.sdp) })
    }
  }
}

function post(port: MessagePort, order: PageHostOrder): void {
  port.postMessage(order)
}
