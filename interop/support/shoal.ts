/**
 * Our own session as a peer of the real ones: on loopback, with only the connections that a test
 * requests.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { limitMs } from '@shoal/testing'
import {
  type CreateOptions,
  createTorrent,
  formatMagnet,
  infoHashText,
  magnetOf,
  parseInfoHash,
  Session,
  type SessionOptions,
  type TorrentApi,
  writeMetainfo,
} from '@shoal/torrent'
import type { SessionEnvironment } from '../../packages/torrent/src/session/environment.ts'

/** Time limit of a download over loopback on a busy machine. */
const DONE_MS = limitMs(60)

/** A running session: `await using shoal = await Shoal.open({ directory })`. */
export class Shoal implements AsyncDisposable {
  readonly session: Session
  /** Log messages of all torrents, for the errors of failed tests. */
  readonly #lines: string[] = []

  private constructor(session: Session) {
    this.session = session
  }

  static async open(options: SessionOptions = {}, environment: SessionEnvironment = {}): Promise<Shoal> {
    return new Shoal(
      await Session.open(
        {
          port: 0,
          host: '127.0.0.1',
          dht: false,
          dhtNodes: [],
          lsd: false,
          trackers: false,
          ...options,
        },
        environment,
      ),
    )
  }

  get port(): number {
    return this.session.port
  }

  /** `host:port`, for our sessions and magnet links. */
  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  /** Host and port, for libtorrent. */
  get endpoint(): readonly [string, number] {
    return ['127.0.0.1', this.port]
  }

  async add(...args: Parameters<Session['add']>): Promise<TorrentApi> {
    const torrent = await this.session.add(...args)
    torrent.on('log', line => this.#lines.push(line))
    return torrent
  }

  /** Resolves when the torrent is complete. Rejects on timeout with the state of the torrent. */
  async done(torrent: TorrentApi, timeoutMs = DONE_MS): Promise<void> {
    try {
      await torrent.whenComplete({ signal: AbortSignal.timeout(timeoutMs) })
    } catch (error) {
      const { state, progress, peers, knownPeers } = torrent.stats
      const found = { connected: torrent.peers(), discovery: torrent.discovery() }
      const status = { state, progress, peers, knownPeers, ...found }
      throw new Error(`not complete: ${String(error)} ${JSON.stringify(status)} ${this.#lines.join('; ')}`, {
        cause: error,
      })
    }
  }

  /** Adds a torrent, and resolves when it is complete. */
  async get(
    source: Parameters<Session['add']>[0],
    options: Parameters<Session['add']>[1],
  ): Promise<TorrentApi> {
    const torrent = await this.add(source, options)
    await this.done(torrent)
    return torrent
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.close()
  }
}

export interface CreatedTorrent {
  /** Path of the .torrent. */
  readonly torrent: string
  /** Contains both info hashes of a hybrid torrent. */
  readonly magnet: string
  /** 40 and 64 hex digits, or null. */
  readonly v1: string | null
  readonly v2: string | null
}

/** Creates a .torrent from a file or folder with our engine. */
export async function makeTorrent(
  path: string,
  out: string,
  options: CreateOptions = {},
): Promise<CreatedTorrent> {
  const metainfo = await createTorrent(path, options)
  await mkdir(dirname(out), { recursive: true })
  await writeFile(out, writeMetainfo(metainfo))
  const { v1, v2 } = metainfo.info.infoHashes
  return {
    torrent: out,
    magnet: magnetOf(metainfo),
    v1: v1 ? infoHashText({ v1 }) : null,
    v2: v2 ? infoHashText({ v2 }) : null,
  }
}

/** Returns a magnet link with nothing but an info hash of 40 or 64 hex digits. */
export function bareMagnet(infoHash: string): string {
  return formatMagnet({ infoHashes: parseInfoHash(infoHash) })
}
