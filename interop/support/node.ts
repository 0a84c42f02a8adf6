/** Real nodes on loopback, without peer discovery. */
import { mkdir } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { connectNode, type Job, type NodeApi, type TorrentDetail } from '@shoal/api'
import { limitMs, until } from '@shoal/testing'
import { readNodeFile, readToken } from '../../apps/node/src/base/node-file.ts'
import { readStartOptions, START_OPTIONS } from '../../apps/node/src/cli/start-options.ts'
import { createNodeLog } from '../../apps/node/src/node/kernel/log/node-log.ts'
import { startNode } from '../../apps/node/src/node/start.ts'
import { parseWords } from '../../packages/options/src/index.ts'
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
  /** Its folders: `data`, `downloads` and, as the home folder of a process, `home`. */
  readonly folder: string
  /** Additional options of `shoal start`. */
  readonly args?: readonly string[]
  /** Port of the console and API. Default: a free port, which stays free while the node is down. */
  readonly port?: number
}

/** Returns the options of `shoal start`. */
async function startArgs({ folder, args = [], port }: NodeOptions): Promise<string[]> {
  const places = ['--data-dir', `${folder}/data`, '--dir', `${folder}/downloads`, '--allow-dir', folder]
  const ports = ['--port', String(port ?? (await freePort())), '--peer-port', '0', '--peer-host', '127.0.0.1']
  return [...ports, ...places, ...NO_DISCOVERY, ...args]
}

/**
 * `await using node = await Node.start({ folder })`: a node in the process of the test, with the
 * server and everything else of `shoal start`. It starts in a fifth of the processor time of a
 * separate process.
 */
export class Node implements AsyncDisposable {
  readonly #folder: string
  readonly #end: () => Promise<void>
  /** `http://127.0.0.1:40123` */
  readonly url: string
  readonly token: string
  readonly api: NodeApi

  protected constructor(folder: string, address: { url: string; token: string }, end: () => Promise<void>) {
    this.#folder = folder
    this.#end = end
    this.url = address.url
    this.token = address.token
    this.api = connectNode(address)
  }

  static async start(options: NodeOptions): Promise<Node> {
    const { folder } = options
    await mkdir(folder, { recursive: true })
    const given = parseWords(await startArgs(options), START_OPTIONS, []).options
    const surroundings = { env: {}, cwd: folder, defaultDataDir: `${folder}/data`, readFile: () => null }
    const log = createNodeLog({ destination: new Writable({ write: (_line, _encoding, done) => done() }) })
    const node = await startNode(readStartOptions(given, surroundings), { log })
    return new Node(folder, { url: node.url, token: (await readToken(`${folder}/data`))! }, () =>
      node.close(),
    )
  }

  get downloads(): string {
    return `${this.#folder}/downloads`
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

  async stop(): Promise<void> {
    await this.#end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

export interface NodeProcessOptions extends NodeOptions {
  readonly env?: Record<string, string>
}

/**
 * `shoal start` as a separate process: for tests that kill it, restart it, or check its output or
 * resource usage.
 */
export class NodeProcess extends Node {
  readonly #options: NodeProcessOptions
  readonly process: ManagedProcess

  private constructor(
    options: NodeProcessOptions,
    process: ManagedProcess,
    address: { url: string; token: string },
  ) {
    super(options.folder, address, () => process.stop())
    this.#options = options
    this.process = process
  }

  static override async start(options: NodeProcessOptions): Promise<NodeProcess> {
    const { folder, env = {} } = options
    const words = [ENTRY, 'start', ...(await startArgs(options))]
    const process = await start('shoal start', globalThis.process.execPath, words, {
      env: { HOME: `${folder}/home`, SHOAL_STATE: `${folder}/state`, ...env },
    })
    const dataDir = `${folder}/data`
    const findNode = async () => {
      const file = await readNodeFile(dataDir)
      return file?.pid === process.pid && file
    }
    try {
      const ended = process.exited.then(how => {
        throw new Error(`shoal start ended (${how}): ${process.output()}`)
      })
      const { url } = await Promise.race([until('the node answers', findNode), ended])
      return new NodeProcess(options, process, { url, token: (await readToken(dataDir))! })
    } catch (error) {
      await process.stop()
      throw error
    }
  }

  /** Kills the process, like a power cut. */
  async kill(): Promise<void> {
    this.process.child.kill('SIGKILL')
    await this.process.exited
  }

  /** Starts a new node with the same folders and address after this one has ended. */
  startAgain(): Promise<NodeProcess> {
    return NodeProcess.start({ ...this.#options, port: Number(new URL(this.url).port) })
  }
}
