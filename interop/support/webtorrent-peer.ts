/**
 * WebTorrent over WebRTC only, and npm's tracker, as a process controlled through JSON lines. The
 * first argument is its folder.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { answerJsonLines } from './json-lines.ts'

/** The parts of WebTorrent's API used here. */
interface Wire {
  readonly type: string
  readonly remoteAddress?: string
}
interface WebTorrentTorrent {
  readonly infoHash: string
  readonly magnetURI: string
  readonly progress: number
  readonly done: boolean
  readonly wires: readonly Wire[]
  on(event: 'done' | 'ready', listener: () => void): void
}
interface WebTorrentClient {
  add(torrent: string, options: object): WebTorrentTorrent
  seed(path: string, options: object, onSeed: (torrent: WebTorrentTorrent) => void): void
  on(event: 'error', listener: (error: Error) => void): void
}
interface NpmTracker {
  readonly http: { address(): { port: number } }
  on(event: 'error' | 'warning', listener: (error: Error) => void): void
  listen(port: number, host: string, done: () => void): void
  close(done: () => void): void
}

const folder = process.argv[2]!
const load = async (...path: string[]) =>
  (await import(pathToFileURL(join(folder, 'node_modules', ...path)).href)) as Record<string, unknown>

let client: WebTorrentClient | undefined
let tracker: NpmTracker | undefined
let latest: WebTorrentTorrent | undefined

const latestTorrent = () => {
  if (!latest) throw new Error('no torrent was added')
  return latest
}

answerJsonLines({
  /** Serves as the tracker that WebTorrent's own users run. */
  async tracker({ port }: { port: number }) {
    const { Server } = (await load('bittorrent-tracker', 'index.js')) as {
      Server: new (options: object) => NpmTracker
    }
    const server = new Server({ http: true, udp: false, ws: true, stats: false })
    server.on('error', error => process.stderr.write(`${error.message}\n`))
    server.on('warning', error => process.stderr.write(`${error.message}\n`))
    await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
    tracker = server
    return { port: tracker.http.address().port }
  },

  async start({ iceServers, iceTransportPolicy }: { iceServers?: unknown[]; iceTransportPolicy?: string }) {
    const { default: WebTorrent } = (await load('webtorrent', 'index.js')) as {
      default: { new (options: object): WebTorrentClient; VERSION: string }
    }
    // TCP is effectively off, because its port is not announced.
    client = new WebTorrent({
      dht: false,
      lsd: false,
      utp: false,
      utPex: false,
      natUpnp: false,
      natPmp: false,
      tracker: {
        rtcConfig: { iceServers: iceServers ?? [], iceTransportPolicy: iceTransportPolicy ?? 'all' },
      },
    })
    client.on('error', error => process.stderr.write(`${error.stack}\n`))
    return { version: WebTorrent.VERSION }
  },

  async seed({ path, trackers }: { path: string; trackers: string[] }) {
    const torrent = await new Promise<WebTorrentTorrent>(resolve =>
      client!.seed(path, { announceList: trackers.map(url => [url]) }, resolve),
    )
    latest = torrent
    return { magnet: torrent.magnetURI, infoHash: torrent.infoHash }
  },

  async add({ source, directory, trackers }: { source: string; directory: string; trackers?: string[] }) {
    latest = client!.add(source, { path: directory, ...(trackers && { announce: trackers }) })
  },

  status() {
    const { progress, done, wires } = latestTorrent()
    return { progress, done, wires: wires.map(wire => ({ type: wire.type })) }
  },

  done: () =>
    new Promise<void>(resolve =>
      latestTorrent().done ? resolve() : latestTorrent().on('done', () => resolve()),
    ),
})
