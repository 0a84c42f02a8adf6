/** WebTorrent in its own process, driven by JSON lines. The first argument is its folder. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { answerJsonLines } from '../../interop/support/json-lines.ts'
import { ownUsage } from '../../interop/support/usage.ts'
import type { AgentOperations } from '../peers/agent.ts'

/** The part of WebTorrent's API that is used here. */
interface WebTorrentTorrent {
  addPeer(address: string): boolean
  on(event: 'infoHash' | 'ready' | 'done', listener: () => void): void
  once(event: 'download', listener: () => void): void
}
interface WebTorrentClient {
  readonly torrentPort: number
  on(event: 'listening' | 'error', listener: (error?: Error) => void): void
  add(torrent: Uint8Array, options: object): WebTorrentTorrent
}

const folder = process.argv[2]!
const { default: WebTorrent } = (await import(
  pathToFileURL(join(folder, 'node_modules', 'webtorrent', 'index.js')).href
)) as { default: { new (options: object): WebTorrentClient; VERSION: string } }

// Plain TCP only, like the others: no discovery, no uTP, no port mapping, no encryption.
const client = new WebTorrent({
  dht: false,
  tracker: false,
  lsd: false,
  utp: false,
  utPex: false,
  natUpnp: false,
  natPmp: false,
  secure: 0,
})
const listening = new Promise<void>((resolve, reject) => {
  client.on('listening', () => resolve())
  client.on('error', reject)
})

/** The torrent that was started last. */
let latest: WebTorrentTorrent | null = null
let done: Promise<void> = Promise.resolve()

const operations: AgentOperations = {
  async start() {
    await listening
    return { port: client.torrentPort, version: `WebTorrent ${WebTorrent.VERSION}` }
  },

  async seed({ torrent, directory }) {
    const added = client.add(await readFile(torrent), { path: directory, announce: [] })
    await new Promise<void>(resolve => added.on('done', resolve))
  },

  async download({ torrent, directory, peers }) {
    const started = performance.now()
    let firstByteMs = 0
    const added = client.add(await readFile(torrent), { path: directory, announce: [] })
    added.once('download', () => {
      firstByteMs = performance.now() - started
    })
    added.on('infoHash', () => {
      for (const peer of peers) added.addPeer(peer)
    })
    await new Promise<void>(resolve => added.on('done', resolve))
    return { firstByteMs }
  },

  async begin({ torrent, directory }) {
    const begun = client.add(await readFile(torrent), { path: directory, announce: [] })
    done = new Promise(resolve => begun.on('done', resolve))
    await new Promise<void>(resolve => begun.on('ready', resolve))
    latest = begun
  },

  async done() {
    await done
  },

  async dial({ port }) {
    latest?.addPeer(`127.0.0.1:${port}`)
  },

  usage: ownUsage,
}

answerJsonLines({ ...operations })
