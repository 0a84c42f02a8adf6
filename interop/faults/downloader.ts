/** Drives `download.ts`. */
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type ManagedProcess, start } from '../support/process.ts'
import { until } from '../support/wait.ts'
import type { DownloadNews } from './download.ts'

const PROGRAM = fileURLToPath(new URL('download.ts', import.meta.url))

export interface DownloadPlace {
  readonly torrentFile: string
  readonly directory: string
  readonly stateDirectory: string
}

type News<What extends DownloadNews['what']> = Extract<DownloadNews, { what: What }>

/** A running download in a child process. */
export class Downloader {
  readonly news: DownloadNews[] = []
  readonly #process: ManagedProcess

  private constructor(child: ManagedProcess) {
    this.#process = child
    createInterface({ input: child.child.stdout! }).on('line', line => this.news.push(JSON.parse(line)))
  }

  static async start(place: DownloadPlace, peers: readonly string[]): Promise<Downloader> {
    const args = [PROGRAM, place.torrentFile, place.directory, place.stateDirectory, ...peers]
    return new Downloader(await start('download', process.execPath, args, { stdin: true, ownStdout: true }))
  }

  find<What extends DownloadNews['what']>(what: What): News<What> | undefined {
    return this.news.find((news): news is News<What> => news.what === what)
  }

  /** Waits for the news; rejects with what the process said when it ends first. */
  async when<What extends DownloadNews['what']>(what: What, timeoutMs = 60_000): Promise<News<What>> {
    let ended = false
    void this.#process.exited.then(() => {
      ended = true
    })
    await until(`the download says ${what}`, () => ended || this.find(what), { timeoutMs, intervalMs: 5 })
    const found = this.find(what)
    if (!found) throw new Error(`the download ended: ${this.#process.output()}`)
    return found
  }

  /** Its actions and state, for error messages when it stalls. */
  async describe(): Promise<string> {
    const before = this.news.length
    this.#process.child.kill('SIGUSR2')
    await until('it describes itself', () => this.news.length > before, { timeoutMs: 10_000 }).catch(() => {})
    return this.news.map(news => JSON.stringify(news)).join('\n')
  }

  /** As a power cut would end it, but for the page cache. */
  async kill(): Promise<void> {
    this.#process.child.kill('SIGKILL')
    await this.#process.exited
  }

  /** Ends it as its user would. */
  async close(): Promise<void> {
    this.#process.child.stdin!.end()
    await this.#process.exited
    if (!this.find('closed')) throw new Error(`the download did not close: ${this.#process.output()}`)
  }
}
