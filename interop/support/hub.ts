/** Our hub as a program, whose log is parsed. */
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { until } from '@shoal/testing'
import { type ManagedProcess, start } from './process.ts'

const PROGRAM = join(import.meta.dirname, '..', '..', 'apps', 'hub', 'src', 'shoal-hub.ts')

export interface LogLine {
  readonly message: string
  readonly pid: number
  readonly process?: number
  readonly reason?: string
  readonly urls?: readonly string[]
}

export class HubProcess implements AsyncDisposable {
  readonly process: ManagedProcess
  readonly log: LogLine[] = []
  /** The link with the invitation for the owner of a hub without accounts. */
  ownerLink: string | null = null

  private constructor(process: ManagedProcess) {
    this.process = process
    const lines = createInterface(process.child.stdout!)
    lines.on('line', line => {
      // A hub without accounts also prints how to create the first one.
      if (line.startsWith('{')) this.log.push(JSON.parse(line))
      else this.ownerLink = /http\S+#invitation=\S+/.exec(line)?.[0] ?? this.ownerLink
    })
  }

  /**
   * Resolves when it is ready, on a free port unless `args` name one. Without a data folder it is
   * only a tracker. `within`: see `StartOptions`.
   */
  static async start(
    args: readonly string[],
    { within = [] }: { readonly within?: readonly string[] } = {},
  ): Promise<HubProcess> {
    const port = args.includes('--port') ? [] : ['--port', '0']
    const only = args.includes('--data') ? [] : ['--only-tracker']
    const words = [PROGRAM, ...port, ...only, ...args]
    const hub = new HubProcess(await start('shoal-hub', process.execPath, words, { ownStdout: true, within }))
    const ready = until('the hub is ready', async () => {
      const isListening = hub.said('The hub is listening') !== undefined
      // In another network it cannot be queried from this process.
      return isListening && (within.length > 0 || (await fetch(`${hub.url}/ready`)).ok)
    })
    const ended = hub.process.exited.then(() => hub.process.assertRunning())
    ended.catch(() => {})
    ready.catch(() => {})
    await Promise.race([ready, ended])
    return hub
  }

  /** Its address, without a path. */
  get url(): string {
    return this.said('The hub is listening')!.urls![0]!.replace('/announce', '')
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  /** Returns the last line of the log with this message. */
  said(message: string): LogLine | undefined {
    return this.log.findLast(line => line.message.includes(message))
  }

  async text(path: string): Promise<string> {
    // A new connection each time, so that processes alternate.
    return (await fetch(this.url + path, { headers: { connection: 'close' } })).text()
  }

  async stats(): Promise<{
    readonly seeds: number
    readonly leeches: number
    readonly peers: { readonly ipv4: number; readonly web: number }
    readonly connections: { readonly webSocket: number }
    readonly requests: { readonly http: { readonly announces: number } }
    readonly join: { readonly isJoined: boolean; readonly number: number; readonly processes: object }
  }> {
    return JSON.parse(await this.text('/stats.json'))
  }

  announce(port: number, hash = 'h'.repeat(20)): Promise<string> {
    return this.text(`/announce?info_hash=${hash}&port=${port}&left=0`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stop()
  }
}
