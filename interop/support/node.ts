/** A real node: `shoal start` in a separate process, on loopback, without peer discovery. */
import { fileURLToPath } from 'node:url'
import { connectNode, type Job, type NodeApi, type TorrentDetail } from '@shoal/api'
import { limitMs, until } from '@shoal/testing'
import { readNodeFile, readToken } from '../../apps/node/src/base/node-file.ts'
import { freePort } from './ports.ts'
import { type ManagedProcess, start } from './process.ts'

const ENTRY = fileURLToPath(new URL('../../apps/node/src/shoal.ts', import.meta.url))
const NO_DISCOVERY = [
  'network.dht=false',
  'network.lsd=false',
  'network.portMapping=false',
  'shoal.enabled=false',
].flatMap(each => ['--set', each])

export interface NodeOptions {
  /** Its folders: `data`, `downloads` and, as the home folder, `home`. */
  readonly folder: string
  /** Additional options of `shoal start`. */
  readonly args?: readonly string[]
  readonly env?: Record<string, string>
  /** Port of the console and API. Default: a free port, which stays free while the node is down. */
  readonly port?: number
}

async function findNode(dataDir: string, pid: number): Promise<{ url: string } | null> {
  const file = await readNodeFile(dataDir)
  return file?.pid === pid ? file : null
}

/** `await using node = await Node.start({ folder })` */
export class Node implements AsyncDisposable {
  readonly #options: NodeOptions
  readonly process: ManagedProcess
  /** `http://127.0.0.1:40123` */
  readonly url: string
  readonly token: string
  readonly api: NodeApi

  private constructor(options: NodeOptions, process: ManagedProcess, url: string, token: string) {
    this.#options = options
    this.process = process
    this.url = url
    this.token = token
    this.api = connectNode({ url, token })
  }

  static async start(options: NodeOptions): Promise<Node> {
    const { folder, args = [], env = {}, port = await freePort() } = options
    const dataDir = `${folder}/data`
    const places = ['--data-dir', dataDir, '--dir', `${folder}/downloads`, '--allow-dir', folder]
    const ports = ['--port', String(port), '--peer-port', '0', '--peer-host', '127.0.0.1']
    const process = await start(
      'shoal start',
      globalThis.process.execPath,
      [ENTRY, 'start', ...ports, ...places, ...NO_DISCOVERY, ...args],
      {
        env: { HOME: `${folder}/home`, SHOAL_STATE: `${folder}/state`, ...env },
      },
    )
    try {
      const started = until('the node answers', () => findNode(dataDir, process.pid))
      const ended = process.exited.then(how => {
        throw new Error(`shoal start ended (${how}): ${process.output()}`)
      })
      const file = await Promise.race([started, ended])
      return new Node(options, process, file.url, (await readToken(dataDir))!)
    } catch (error) {
      await process.stop()
      throw error
    }
  }

  get downloads(): string {
    return `${this.#options.folder}/downloads`
  }

  /** Port for peers. */
  async peerPort(): Promise<number> {
    return (await this.api.getNode({})).peerPort
  }

  /** Resolves when the torrent meets the condition; rejects on timeout with its state. */
  async whenTorrent(
    id: string,
    condition: (torrent: TorrentDetail) => boolean,
    timeoutMs = limitMs(60),
  ): Promise<TorrentDetail> {
    let last: TorrentDetail | undefined
    try {
      return await until(
        'the torrent meets the condition',
        async () => {
          last = await this.api.getTorrent({ id })
          return condition(last) && last
        },
        { timeoutMs },
      )
    } catch (error) {
      throw new Error(`${String(error)}: ${JSON.stringify(last)}`)
    }
  }

  /** Resolves to the finished job; rejects if it failed. */
  async ended({ id }: { readonly id: string }, timeoutMs = limitMs(60)): Promise<Job> {
    const job = await until(
      'the job has ended',
      async () => {
        const now = await this.api.getJob({ id })
        return now.endedMs !== null && now
      },
      { timeoutMs },
    )
    if (job.state !== 'done') throw new Error(`${job.name}: ${job.error?.message ?? job.state}`)
    return job
  }

  /** Kills the process, like a power cut. */
  async kill(): Promise<void> {
    this.process.child.kill('SIGKILL')
    await this.process.exited
  }

  /** Starts a new node with the same folders and address after this one has ended. */
  startAgain(): Promise<Node> {
    return Node.start({ ...this.#options, port: Number(new URL(this.url).port) })
  }

  async stop(): Promise<void> {
    await this.process.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
