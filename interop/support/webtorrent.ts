/** The real WebTorrent over WebRTC, and npm's bittorrent-tracker, each in a separate process. */
import { fileURLToPath } from 'node:url'
import { installWebTorrent } from './install-webtorrent.ts'
import { JsonLines } from './json-lines.ts'
import { freePort } from './ports.ts'
import { type ManagedProcess, start } from './process.ts'

const PROGRAM = fileURLToPath(new URL('./webtorrent-peer.ts', import.meta.url))

export interface IceOptions {
  readonly iceServers?: readonly { urls: string; username?: string; credential?: string }[]
  readonly iceTransportPolicy?: 'all' | 'relay'
}

async function startProgram(name: string): Promise<[ManagedProcess, JsonLines]> {
  const folder = await installWebTorrent()
  const child = await start(name, process.execPath, [PROGRAM, folder], { stdin: true, ownStdout: true })
  return [child, new JsonLines(child)]
}

/** A running client with one torrent: `await using peer = await WebTorrent.start()`. */
export class WebTorrent implements AsyncDisposable {
  readonly process: ManagedProcess
  readonly #lines: JsonLines

  private constructor(child: ManagedProcess, lines: JsonLines) {
    this.process = child
    this.#lines = lines
  }

  static async start(options: IceOptions = {}): Promise<WebTorrent> {
    const peer = new WebTorrent(...(await startProgram('WebTorrent')))
    try {
      await peer.#lines.call('start', options)
      return peer
    } catch (error) {
      await peer.process.stop()
      throw error
    }
  }

  seed(path: string, trackers: readonly string[]): Promise<{ magnet: string; infoHash: string }> {
    return this.#lines.call('seed', { path, trackers })
  }

  /** `source`: magnet link or path of a .torrent. */
  add(source: string, directory: string, trackers?: readonly string[]): Promise<void> {
    return this.#lines.call('add', { source, directory, trackers })
  }

  status(): Promise<{ progress: number; done: boolean; wires: { type: string }[] }> {
    return this.#lines.call('status')
  }

  done(): Promise<void> {
    return this.#lines.call('done')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process.stop()
  }
}

/** npm's tracker: `await using tracker = await NpmTracker.start()`. */
export class NpmTracker implements AsyncDisposable {
  readonly port: number
  #process: ManagedProcess | undefined

  private constructor(port: number) {
    this.port = port
  }

  static async start(): Promise<NpmTracker> {
    const tracker = new NpmTracker(await freePort())
    await tracker.run()
    return tracker
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`
  }

  /** Starts it, or restarts it after `stop` at the same port with empty state. */
  async run(): Promise<void> {
    const [child, lines] = await startProgram('bittorrent-tracker')
    this.#process = child
    try {
      await lines.call('tracker', { port: this.port })
    } catch (error) {
      await child.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    await this.#process?.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}
