/** Process started by `home-network.ts`: a session controlled through its standard streams. */
import { dirname } from 'node:path'
import { limitMs } from '@shoal/testing'
import {
  type AddOptions,
  createTorrent,
  magnetOf,
  Session,
  type SessionOptions,
  type SessionSettings,
} from '@shoal/torrent'
import { answerJsonLines } from './json-lines.ts'

let session: Session

const operations = {
  async open(options: SessionOptions) {
    session = await Session.open({ dht: false, lsd: false, webrtc: false, ...options })
    return session.port
  },
  async seed({ path }: { path: string }) {
    const metainfo = await createTorrent(path)
    await session.add(metainfo, { directory: dirname(path), trusted: true })
    return magnetOf(metainfo)
  },
  /** Downloads from one peer, `host:port`, within some seconds. */
  async get({
    magnet,
    directory,
    peer,
    seconds,
  }: {
    magnet: string
    directory: string
    peer: string
    seconds: number
  }) {
    const torrent = await session.add(magnet, { directory, peers: [peer] })
    await torrent.whenComplete({ signal: AbortSignal.timeout(limitMs(seconds)) })
    const [file] = torrent.files
    return { file: file!.diskPath!, port: torrent.peers()[0]?.address ?? null }
  },
  /** Adds a .torrent; `trusted` if its files are complete. */
  async join({
    torrent,
    ...options
  }: { torrent: string } & Pick<AddOptions, 'directory' | 'peers' | 'trusted'>) {
    await session.add(torrent, options)
  },
  /** The peers of the first torrent, and whether it is complete. */
  async swarm(_: object) {
    const [torrent] = session.torrents
    return { peers: torrent!.peers(), isComplete: torrent!.stats.progress === 1 }
  },
  configure: (changes: SessionSettings) => session.configure(changes),
  async status(_: object) {
    return { mapping: session.portMapping, isReachable: session.stats.isReachable }
  },
  async close(_: object) {
    await session.close()
  },
}

export type PeerOperations = typeof operations

answerJsonLines(operations)
