import { unwatchFile, watchFile } from 'node:fs'
import { type IpFilter, readIpFilter } from '@shoal/torrent/ip-filter'

/** Polling works for network folders, links, and files that other programs replace. */
const POLL_MS = 2000
/** Longer than the polling interval, so that a file is only read once it is completely written. */
const QUIET_MS = 3000

export interface IpFilterFileOptions {
  /**
   * Called with each list that was read, also after a change of the file; null if there is none any
   * more.
   */
  onList(list: IpFilter | null): void | Promise<void>
  /** Called when the file has changed but cannot be read: the previous list stays in effect. */
  onError(error: Error): void
  readonly pollMs?: number
  readonly quietMs?: number
}

/** A list of IP addresses from a file, which is read again when it changes. */
export class IpFilterFile {
  readonly #options: IpFilterFileOptions
  #path: string | null = null
  #list: IpFilter | null = null
  #error: Error | null = null
  #loadedMs: number | null = null
  #timer: NodeJS.Timeout | undefined
  /** Settles after the last read: reads are serialized. */
  #reading: Promise<unknown> = Promise.resolve()

  constructor(options: IpFilterFileOptions) {
    this.#options = options
  }

  get path(): string | null {
    return this.#path
  }

  get list(): IpFilter | null {
    return this.#list
  }

  /** Why the last attempt to read the file failed. */
  get error(): Error | null {
    return this.#error
  }

  /** Time at which the list was read. */
  get loadedMs(): number | null {
    return this.#loadedMs
  }

  /**
   * Reads and watches another file; null for none. Rejects with a ShoalError, without changes, if
   * it cannot be read.
   */
  async open(path: string | null): Promise<void> {
    if (path === this.#path) return
    await this.#read(path)
    this.#watch(path)
  }

  /** Watches an unreadable file until it can be read. */
  fail(path: string | null, error: Error): void {
    this.#watch(path)
    this.#error = error
  }

  #watch(path: string | null): void {
    this.close()
    this.#path = path
    if (path !== null)
      watchFile(path, { interval: this.#options.pollMs ?? POLL_MS, persistent: false }, this.#onChange)
  }

  /** Rereads the file now. Rejects with a ShoalError, keeping the list, if it cannot be read. */
  async reload(): Promise<void> {
    await this.#read(this.#path)
  }

  /** Stops watching. The list stays in effect. */
  close(): void {
    clearTimeout(this.#timer)
    if (this.#path !== null) unwatchFile(this.#path, this.#onChange)
    this.#path = null
  }

  readonly #onChange = () => {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.reload().catch(error => this.#options.onError(error as Error))
    }, this.#options.quietMs ?? QUIET_MS).unref()
  }

  #read(path: string | null): Promise<void> {
    const reading = this.#reading.then(async () => {
      try {
        const list = path === null ? null : await readIpFilter(path)
        await this.#options.onList(list)
        this.#list = list
        this.#error = null
        this.#loadedMs = list && Date.now()
      } catch (error) {
        if (path === this.#path) this.#error = error as Error
        throw error
      }
    })
    this.#reading = reading.catch(() => {})
    return reading
  }
}
