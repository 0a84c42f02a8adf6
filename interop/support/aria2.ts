/** A real aria2c, controlled through its JSON-RPC. It supports only v1. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { limitMs, until } from '@shoal/testing'
import { freePort } from './ports.ts'
import { type ManagedProcess, start } from './process.ts'
import { toolPath } from './tools.ts'

/**
 * `require` encrypts everything with RC4; `plain` is aria2's default, which also tries and accepts
 * encryption.
 */
const ENCRYPTION = {
  plain: [],
  handshake: ['--bt-require-crypto=true', '--bt-min-crypto-level=plain'],
  require: ['--bt-require-crypto=true', '--bt-min-crypto-level=arc4'],
} as const

export interface Aria2Options {
  /** Download folder. */
  directory: string
  encryption?: keyof typeof ENCRYPTION
  /** Additional command line options. */
  args?: readonly string[]
}

export interface Aria2Status {
  readonly gid: string
  /**
   * active, waiting, paused, error, complete, removed. A seeding torrent is active with `seeder`
   * true.
   */
  readonly status: string
  readonly totalLength: number
  readonly completedLength: number
  readonly uploadLength: number
  readonly connections: number
  readonly seeder: boolean
  readonly errorMessage: string | null
  /** The download that follows the metadata of a magnet link. */
  readonly followedBy: readonly string[]
}

/** A running aria2c: `await using peer = await Aria2.start({ directory })`. */
export class Aria2 implements AsyncDisposable {
  readonly process: ManagedProcess
  /** Port for peers while a torrent is active. */
  readonly port: number
  readonly #directory: string
  readonly #rpc: string
  readonly #secret: string

  private constructor(child: ManagedProcess, port: number, rpc: string, secret: string, directory: string) {
    this.process = child
    this.port = port
    this.#rpc = rpc
    this.#secret = secret
    this.#directory = directory
  }

  static async start(options: Aria2Options): Promise<Aria2> {
    const [port, rpcPort, secret] = [await freePort(), await freePort(), randomUUID()]
    const child = await start('aria2c', toolPath('aria2c'), [
      '--no-conf=true',
      '--enable-rpc=true',
      '--rpc-listen-all=false',
      '--rpc-save-upload-metadata=false',
      `--rpc-listen-port=${rpcPort}`,
      `--rpc-secret=${secret}`,
      `--listen-port=${port}`,
      `--dir=${options.directory}`,
      '--enable-dht=false',
      '--enable-dht6=false',
      '--bt-enable-lpd=false',
      '--enable-peer-exchange=false',
      '--disable-ipv6=true',
      '--file-allocation=none',
      '--seed-ratio=0.0',
      '--bt-tracker-connect-timeout=5',
      '--allow-overwrite=true',
      '--check-integrity=true',
      `--stop-with-process=${process.pid}`,
      '--console-log-level=notice',
      '--summary-interval=0',
      ...ENCRYPTION[options.encryption ?? 'plain'],
      ...(options.args ?? []),
    ])
    const peer = new Aria2(child, port, `http://127.0.0.1:${rpcPort}/jsonrpc`, secret, options.directory)
    try {
      await until('aria2c answers', () => peer.version())
      return peer
    } catch (error) {
      await peer.stop()
      throw error
    }
  }

  async version(): Promise<string> {
    return (await this.rpc<{ version: string }>('getVersion')).version
  }

  /** Calls a method of aria2's JSON-RPC. */
  async rpc<T>(method: string, ...params: unknown[]): Promise<T> {
    this.process.assertRunning()
    const response = await fetch(this.#rpc, {
      method: 'POST',
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: `aria2.${method}`,
        params: [`token:${this.#secret}`, ...params],
      }),
      signal: AbortSignal.timeout(limitMs(30)),
    })
    const { result, error } = (await response.json()) as { result: T; error?: { message: string } }
    if (error) throw new Error(`aria2: ${method}: ${error.message}`)
    return result
  }

  /**
   * Adds a .torrent by path and returns its GID. Existing files in `directory` are checked first
   * and seeded.
   */
  async addTorrent(torrent: string, directory = this.#directory): Promise<string> {
    return this.rpc('addTorrent', (await readFile(torrent)).toString('base64'), [], { dir: directory })
  }

  /**
   * Adds a magnet link or the URL of a .torrent. Returns the GID of the metadata download; see
   * `followedBy`.
   */
  addUri(uri: string, directory = this.#directory): Promise<string> {
    return this.rpc('addUri', [uri], { dir: directory })
  }

  async status(gid: string): Promise<Aria2Status> {
    const raw = await this.rpc<Record<string, string> & { followedBy?: string[] }>('tellStatus', gid)
    return {
      gid,
      status: raw.status!,
      totalLength: Number(raw.totalLength),
      completedLength: Number(raw.completedLength),
      uploadLength: Number(raw.uploadLength),
      connections: Number(raw.connections),
      seeder: raw.seeder === 'true',
      errorMessage: raw.errorMessage || null,
      followedBy: raw.followedBy ?? [],
    }
  }

  /**
   * Resolves when everything is downloaded (or found on disk) and it seeds; follows a magnet link
   * to its download.
   */
  async done(gid: string, timeoutMs = limitMs(60)): Promise<Aria2Status> {
    let last: Aria2Status | undefined
    let at = gid
    return until(
      `aria2 done with ${gid}`,
      async () => {
        last = await this.status(at)
        if (last.followedBy[0]) at = last.followedBy[0]
        else if (last.status === 'error') return last
        return last.seeder && last.totalLength > 0 && last.completedLength === last.totalLength && last
      },
      { timeoutMs, intervalMs: 50 },
    ).then(
      status => {
        if (status.status === 'error')
          throw new Error(`aria2: ${status.errorMessage} ${this.process.output()}`)
        return status
      },
      (error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify(last)} ${this.process.output()}`, {
          cause: error,
        })
      },
    )
  }

  remove(gid: string): Promise<void> {
    return this.rpc('forceRemove', gid)
  }

  stop(): Promise<void> {
    return this.process.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}
