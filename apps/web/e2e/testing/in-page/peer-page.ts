import { WAIT_MS } from '@shoal/testing'
import { BrowserPeer } from '../../../src/shared/engine/browser-peer.ts'
import type { EngineConfig, TorrentSnapshot } from '../../../src/shared/engine/protocol.ts'

const hex = (bytes: ArrayBuffer) =>
  [...new Uint8Array(bytes)].map(byte => byte.toString(16).padStart(2, '0')).join('')

/** Operations that tests run in a page with a peer. */
const testing = {
  open: (config: EngineConfig = {}) => new BrowserPeer(config),
  /** As the protocol has no bytes of Node. */
  bytes: (base64: string) => Uint8Array.from(atob(base64), character => character.charCodeAt(0)),
  /**
   * Resolves with the torrent when `until` says so of its snapshot; rejects after three times
   * `WAIT_MS` with what it waited for.
   */
  async until(
    peer: BrowserPeer,
    id: string,
    until: (torrent: TorrentSnapshot) => boolean,
  ): Promise<TorrentSnapshot> {
    const found = Promise.withResolvers<TorrentSnapshot>()
    let last: TorrentSnapshot | undefined
    const look = (torrents: readonly TorrentSnapshot[]) => {
      last = torrents.find(one => one.id === id) ?? last
      if (last && until(last)) found.resolve(last)
    }
    const tooLate = () =>
      found.reject(new Error(`not in time: ${until}. The last was ${JSON.stringify(last)}`))
    const timer = setTimeout(tooLate, 3 * WAIT_MS)
    const stop = peer.on(event => {
      if (event.kind === 'torrents') look(event.changed)
    })
    look(await peer.watch())
    return found.promise.finally(() => {
      clearTimeout(timer)
      stop()
    })
  },
  /** SHA-256 of a file as the engine gives it. */
  async digest(peer: BrowserPeer, id: string, file: number, lengthBytes: number): Promise<string> {
    const whole = await new Response(peer.read(id, file, { start: 0, end: lengthBytes })).arrayBuffer()
    return hex(await crypto.subtle.digest('SHA-256', whole))
  },
  /** SHA-256 of a file as it lies in the browser's storage. */
  async stored(peer: BrowserPeer, id: string, file: number): Promise<string> {
    return hex(await crypto.subtle.digest('SHA-256', await (await peer.file(id, file)).arrayBuffer()))
  },
}

export type PeerTesting = typeof testing

declare global {
  interface Window {
    testing: PeerTesting
    peer: BrowserPeer
  }
}

window.testing = testing
