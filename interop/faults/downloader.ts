/** Drives `download.ts`. */
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { limitMs, until } from '@shoal/testing'
import { type ManagedProcess, start } from '../support/process.ts'
import type { DownloadEvent } from './download.ts'

const PROGRAM = fileURLToPath(new URL('download.ts', import.meta.url))

export interface DownloadPlace {
  readonly torrentFile: string
  readonly directory: string
  readonly stateDirectory: string
}

type EventOf<What extends DownloadEvent['what']> = Extract<DownloadEvent, { what: What }>

/** A running download in a child process. */
export class Downloader {
  readonly events: DownloadEvent[] = []
  readonly #process: ManagedProcess

  private constructor(child: ManagedProcess) {
    this.#process = child
    createInterface({ input: child.child.stdout! }).on('line', line => this.events.push(JSON.parse(line)))
  }

  static async start(place: DownloadPlace, peers: readonly string[]): Promise<Downloader> {
    const args = [PROGRAM, place.torrentFile, place.directory, place.stateDirectory, ...peers]
    return new Downloader(await start('download', process.execPath, args, { stdin: true, ownStdout: true }))
  }

  find<What extends DownloadEvent['what']>(what: What): EventOf<What> | undefined {
    return this.events.find((event): event is EventOf<What> => event.what === what)
  }

  /** Waits for an event. Rejects with the output of the process if it ends first. */
  async when<What extends DownloadEvent['what']>(
    what: What,
    timeoutMs = limitMs(60),
  ): Promise<EventOf<What>> {
    let ended = false
    void this.#process.exited.then(() => {
      ended = true
    })
    await until(`the download reports ${what}`, () => ended || this.find(what), { timeoutMs, intervalMs: 5 })
    const found = this.find(what)
    if (!found) throw new Error(`the download ended: ${this.#process.output()}`)
    return found
  }

  /** Returns its events and state, for error messages when it stalls. */
  async describe(): Promise<string> {
    const before = this.events.length
    this.#process.child.kill('SIGUSR2')
    await until('it describes itself', () => this.events.length > before).catch(() => {})
    return this.events.map(event => JSON.stringify(event)).join('\n')
  }

  /** Kills it like a power cut, except that the page cache survives. */
  async kill(): Promise<void> {
    this.#process.child.kill('SIGKILL')
    await this.#process.exited
  }

  /** Closes it cleanly. */
  async close(): Promise<void> {
    this.#process.child.stdin!.end()
    await this.#process.exited
    if (!this.find('closed')) throw new Error(`the download did not close: ${this.#process.output()}`)
  }
}
