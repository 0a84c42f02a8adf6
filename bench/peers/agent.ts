import { JsonLines } from '../../interop/support/json-lines.ts'
import { type ManagedProcess, start } from '../../interop/support/process.ts'
import type { ProcessUsage } from '../../interop/support/usage.ts'
import { type BenchPeer, type Download, endpoints, LOOPBACK, type PeerNetwork } from './peer.ts'

const DEADLINE_MS = 300_000

/** The operations of `ours/peer.ts` and `rivals/webtorrent-peer.ts`. */
export interface AgentOperations {
  start(): Promise<{ port: number; version: string }>
  seed(args: { torrent: string; directory: string }): Promise<void>
  download(args: {
    torrent: string
    directory: string
    /** `host:port` */
    peers: string[]
  }): Promise<{ firstByteMs: number }>
  begin(args: { torrent: string; directory: string }): Promise<void>
  done(): Promise<void>
  dial(args: { port: number }): Promise<void>
  addMany?(args: { torrents: string[]; directory: string }): Promise<{ seconds: number }>
  usage(): ProcessUsage
}

/** A client in its own Node process. */
export class AgentPeer implements BenchPeer {
  readonly #process: ManagedProcess
  readonly #lines: JsonLines
  readonly host: string
  port = 0
  version = ''

  private constructor(child: ManagedProcess, host: string) {
    this.#process = child
    this.host = host
    this.#lines = new JsonLines(child)
  }

  /** `program` is the path of a script, `args` its arguments. */
  static async start(
    name: string,
    program: string,
    args: readonly string[] = [],
    { host, within = [] }: PeerNetwork = LOOPBACK,
  ): Promise<AgentPeer> {
    const options = { stdin: true, ownStdout: true, within }
    const peer = new AgentPeer(await start(name, process.execPath, [program, ...args], options), host)
    try {
      Object.assign(peer, await peer.#lines.call<{ port: number; version: string }>('start'))
      return peer
    } catch (error) {
      await peer[Symbol.asyncDispose]()
      throw error
    }
  }

  seed(torrent: string, directory: string): Promise<void> {
    return this.#lines.call('seed', { torrent, directory })
  }

  download({ torrent, directory, peers }: Download): Promise<{ firstByteMs: number }> {
    const addresses = endpoints(peers).map(([host, port]) => `${host}:${port}`)
    return this.#lines.call('download', { torrent, directory, peers: addresses }, DEADLINE_MS)
  }

  begin({ torrent, directory }: Omit<Download, 'peers'>): Promise<void> {
    return this.#lines.call('begin', { torrent, directory })
  }

  done(): Promise<void> {
    return this.#lines.call('done', {}, DEADLINE_MS)
  }

  dial(port: number): Promise<void> {
    return this.#lines.call('dial', { port })
  }

  addMany(torrents: readonly string[], directory: string): Promise<{ seconds: number }> {
    return this.#lines.call('addMany', { torrents, directory }, DEADLINE_MS)
  }

  usage(): Promise<ProcessUsage> {
    return this.#lines.call('usage')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop()
  }
}
