/**
 * A real libtorrent 2 session in a separate process (`libtorrent_peer.py`), for tests and
 * benchmarks.
 */
import { fileURLToPath } from 'node:url'
import { limitMs } from '@shoal/testing'
import { JsonLines } from './json-lines.ts'
import { type ManagedProcess, start } from './process.ts'
import { toolPath } from './tools.ts'
import type { ProcessUsage } from './usage.ts'

const PROGRAM = fileURLToPath(new URL('./libtorrent_peer.py', import.meta.url))

/** `handshake`: encrypted handshake, plain payload. `require`: RC4 for everything. */
export type PeerEncryption = 'plain' | 'prefer' | 'handshake' | 'require'

/** Host and port. */
export type Endpoint = readonly [host: string, port: number]

export interface LibtorrentOptions {
  /** Default `prefer`. */
  encryption?: PeerEncryption
  /**
   * Members of libtorrent's settings_pack that override the defaults: loopback, TCP, no DHT, no
   * LSD, no port mapping.
   */
  settings?: Record<string, number | string | boolean>
  /** DHT nodes to start from; requires `settings.enable_dht`. */
  dhtNodes?: readonly Endpoint[]
  /** A command that runs it in another network: see `StartOptions`. */
  within?: readonly string[]
}

export interface Hashes {
  /** Lower-case hex, or null. */
  readonly v1: string | null
  readonly v2: string | null
}

export interface TorrentDescription extends Hashes {
  readonly name: string
  readonly length: number
  readonly piece_length: number
  readonly pieces: number
  readonly magnet: string
}

export interface CreateOptions {
  /** Default `hybrid`. */
  version?: 'v1' | 'v2' | 'hybrid'
  /** Bytes; 0, the default, leaves it to libtorrent. */
  pieceLength?: number
  trackers?: readonly string[]
  webSeeds?: readonly string[]
  private?: boolean
  comment?: string
}

export interface LibtorrentAddOptions {
  /** Path of a .torrent. Either this or `magnet` is required. */
  torrent?: string
  magnet?: string
  savePath: string
  /** Trust that all data is complete and check each piece at its first request. */
  seedMode?: boolean
  paused?: boolean
  sequential?: boolean
  /** Peer exchange. Default true. */
  pex?: boolean
  peers?: readonly Endpoint[]
  trackers?: readonly string[]
}

export interface LibtorrentStatus {
  readonly state: string
  readonly progress: number
  readonly done: boolean
  readonly seeding: boolean
  readonly hasMetadata: boolean
  readonly peers: number
  readonly seeds: number
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  readonly wastedBytes: number
  readonly haveBytes: number
  readonly downloadBytesPerSecond: number
  readonly uploadBytesPerSecond: number
  readonly error: string | null
  /**
   * Time from the call of `done` to the first payload byte. Set only by `done` and similar calls.
   */
  readonly firstByteMs?: number
}

export interface LibtorrentPeerInfo {
  readonly address: string
  readonly client: string
  readonly encrypted: boolean
  readonly encryptedHandshake: boolean
  readonly outgoing: boolean
  readonly webSeed: boolean
  readonly progress: number
  readonly downloadedBytes: number
  readonly uploadedBytes: number
}

/** One torrent of a libtorrent session. */
export class LibtorrentTorrent implements Hashes {
  readonly #peer: Libtorrent
  readonly key: string
  readonly v1: string | null
  readonly v2: string | null

  constructor(peer: Libtorrent, { key, v1, v2 }: Hashes & { key: string }) {
    this.#peer = peer
    this.key = key
    this.v1 = v1
    this.v2 = v2
  }

  status(): Promise<LibtorrentStatus> {
    return this.#call('status')
  }

  peers(): Promise<LibtorrentPeerInfo[]> {
    return this.#call('peers')
  }

  connect(port: number, host = '127.0.0.1'): Promise<void> {
    return this.#call('connect', { host, port })
  }

  /**
   * Resolves when everything is downloaded and verified; rejects on timeout with status, peers and
   * alerts.
   */
  done(timeoutMs = limitMs(60)): Promise<LibtorrentStatus> {
    return this.#call('wait', { until: 'done', timeout_ms: timeoutMs }, timeoutMs)
  }

  metadata(timeoutMs = limitMs(30)): Promise<LibtorrentStatus> {
    return this.#call('wait', { until: 'metadata', timeout_ms: timeoutMs }, timeoutMs)
  }

  /** Resolves when at least `bytes` are downloaded and verified. */
  downloaded(bytes: number, timeoutMs = limitMs(60)): Promise<LibtorrentStatus> {
    return this.#call('wait', { until: 'downloaded', amount: bytes, timeout_ms: timeoutMs }, timeoutMs)
  }

  /** Resolves when at least `bytes` of payload were sent. */
  uploaded(bytes: number, timeoutMs = limitMs(60)): Promise<LibtorrentStatus> {
    return this.#call('wait', { until: 'uploaded', amount: bytes, timeout_ms: timeoutMs }, timeoutMs)
  }

  /** Flushes downloaded data to the system, so that the files can be read. */
  flushed(): Promise<void> {
    return this.#call('flushed')
  }

  /** Bytes per second; 0 for no limit. */
  limit(limits: { download?: number; upload?: number }): Promise<void> {
    return this.#call('limit', limits)
  }

  /** Announces to trackers and DHT now. */
  announce(): Promise<void> {
    return this.#call('announce')
  }

  recheck(): Promise<void> {
    return this.#call('recheck')
  }

  /** Writes a .torrent from the metadata. */
  export(path: string): Promise<void> {
    return this.#call('export', { out: path })
  }

  remove(options: { delete?: boolean } = {}): Promise<void> {
    return this.#call('remove', options)
  }

  #call<T>(op: string, args: object = {}, timeoutMs = 0): Promise<T> {
    return this.#peer.call(op, { key: this.key, ...args }, timeoutMs)
  }
}

/** A running session: `await using peer = await Libtorrent.start()`. */
export class Libtorrent implements AsyncDisposable {
  readonly process: ManagedProcess
  /** Port for connections: TCP, and UDP for DHT and uTP. */
  port = 0
  version = ''
  readonly #lines: JsonLines

  private constructor(child: ManagedProcess) {
    this.process = child
    this.#lines = new JsonLines(child)
  }

  static async start(options: LibtorrentOptions = {}): Promise<Libtorrent> {
    const peer = new Libtorrent(
      await start('libtorrent', toolPath('libtorrent'), ['-X', 'faulthandler', '-u', PROGRAM], {
        stdin: true,
        ownStdout: true,
        within: options.within ?? [],
      }),
    )
    try {
      const { port, version } = await peer.call<{ port: number; version: string }>('start', {
        settings: options.settings,
        encryption: options.encryption ?? 'prefer',
        dht_nodes: options.dhtNodes,
      })
      peer.port = port
      peer.version = version
      return peer
    } catch (error) {
      await peer.stop()
      throw error
    }
  }

  /** Creates a .torrent from a file or folder. */
  create(path: string, out: string, options: CreateOptions = {}): Promise<TorrentDescription> {
    const { pieceLength, webSeeds, ...rest } = options
    return this.call('create', { path, out, piece_length: pieceLength, web_seeds: webSeeds, ...rest })
  }

  /** Parses a .torrent with libtorrent; rejects if libtorrent rejects it. */
  describe(torrent: string): Promise<TorrentDescription> {
    return this.call('describe', { torrent })
  }

  async add(options: LibtorrentAddOptions): Promise<LibtorrentTorrent> {
    const { savePath, seedMode, ...rest } = options
    return new LibtorrentTorrent(
      this,
      await this.call('add', { save_path: savePath, seed_mode: seedMode, ...rest }),
    )
  }

  /** Adds complete torrents without checking and resolves to the time it took. */
  addMany(torrents: readonly string[], savePath: string): Promise<{ seconds: number }> {
    return this.call('add_many', { torrents, save_path: savePath })
  }

  settings(values: Record<string, number | string | boolean>): Promise<void> {
    return this.call('settings', { values })
  }

  dhtAdd(port: number, host = '127.0.0.1'): Promise<void> {
    return this.call('dht_add', { host, port })
  }

  /** Number of nodes in its DHT routing table. */
  dhtNodes(): Promise<number> {
    return this.call('dht_nodes')
  }

  /**
   * Stores a text in the DHT (BEP 44). Keys in hex: `secret` is expanded to 64 bytes. Returns the
   * target of an immutable item.
   */
  dhtPut(value: string, key?: { secret: string; public: string; salt: string }): Promise<string> {
    return this.call(key ? 'dht_put_mutable' : 'dht_put_immutable', { value, ...key })
  }

  /**
   * Searches for a DHT item by its target or public key, in hex, until it is found. The value is
   * bencoded, or null if it is not a text.
   */
  dhtItem(
    key: { target: string } | { public: string; salt: string },
  ): Promise<{ value: string | null; seq?: number; signature?: string }> {
    return this.call('dht_get', key, limitMs(20))
  }

  /** Resource usage of its process so far. */
  usage(): Promise<ProcessUsage> {
    return this.call('usage')
  }

  stop(): Promise<void> {
    return this.process.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** Sends one request to the Python side. `extraMs` extends the timeout. */
  call<T>(op: string, args: object = {}, extraMs = 0): Promise<T> {
    return this.#lines.call<T>(op, args, extraMs)
  }
}
