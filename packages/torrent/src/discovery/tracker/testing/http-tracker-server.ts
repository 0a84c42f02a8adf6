import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { latin1 } from '../../../base/bytes.ts'
import { encode } from '../../../bencode/bencode.ts'
import type { PeerAddress } from '../../../transport/transport.ts'
import { encodeCompactPeers } from '../../../wire/compact-peers.ts'

/** A small HTTP tracker on loopback for tests (Node). */
export class HttpTrackerServer {
  /** Request targets. */
  readonly seen: string[] = []
  /** May respond in place of the tracker; returns true if it did. */
  handle: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined
  readonly #torrents = new Map<string, Map<string, PeerAddress & { left: number }>>()
  readonly #server: http.Server

  private constructor() {
    this.#server = http.createServer((request, response) => {
      this.seen.push(request.url!)
      if (!this.handle?.(request, response)) response.end(this.#answer(request))
    })
  }

  static async open(host = '127.0.0.1'): Promise<HttpTrackerServer> {
    const tracker = new HttpTrackerServer()
    await new Promise<void>((resolve, reject) => {
      tracker.#server.once('error', reject).listen(0, host, resolve)
    })
    return tracker
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  url(path = '/announce'): string {
    return `http://127.0.0.1:${this.port}${path}`
  }

  /** Returns the query of the last request, one character per byte. */
  lastQuery(): Map<string, string> {
    return parseQuery(this.seen.at(-1)!)
  }

  close(): Promise<void> {
    return new Promise(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  #answer(request: IncomingMessage): Uint8Array {
    const query = parseQuery(request.url!)
    const infoHash = query.get('info_hash') ?? ''
    if (request.url!.startsWith('/scrape'))
      return encode({ files: new Map([[infoHash, this.#counts(infoHash)]]) })
    const torrent = this.#torrents.get(infoHash) ?? new Map()
    this.#torrents.set(infoHash, torrent)
    const host = request.socket.remoteAddress!
    const peer = { host, port: Number(query.get('port')), left: Number(query.get('left')) }
    if (query.get('event') === 'stopped') torrent.delete(`${host} ${peer.port}`)
    else torrent.set(`${host} ${peer.port}`, peer)
    const peers = [...torrent.values()]
    return encode({
      ...this.#counts(infoHash),
      interval: 1800,
      peers: encodeCompactPeers(peers, 4),
      peers6: encodeCompactPeers(peers, 6),
    })
  }

  #counts(infoHash: string): { complete: number; downloaded: number; incomplete: number } {
    const peers = [...(this.#torrents.get(infoHash)?.values() ?? [])]
    const seeds = peers.filter(({ left }) => left === 0).length
    return { complete: seeds, downloaded: 7, incomplete: peers.length - seeds }
  }
}

/** Decodes percent escapes as bytes; `URLSearchParams` would decode them as UTF-8. */
export function parseQuery(url: string): Map<string, string> {
  const pairs = (url.split('?')[1] ?? '').split('&').map(part => part.split('=') as [string, string?])
  return new Map(pairs.map(([name, value = '']) => [name, unescapeBytes(value)]))
}

function unescapeBytes(value: string): string {
  return latin1(
    Uint8Array.from(value.match(/%[0-9a-fA-F]{2}|./g) ?? [], part =>
      part.length === 3 ? Number.parseInt(part.slice(1), 16) : part.charCodeAt(0),
    ),
  )
}
