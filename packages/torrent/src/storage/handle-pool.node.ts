import fs from 'node:fs'
import { ShoalError } from '../base/errors.ts'
import { Turns } from './gate.ts'
import { errnoOf } from './io-errors.ts'
import { WriteQueue } from './write-queue.node.ts'

/** Files open at a time in one session. Far below the usual limit of 1,024 a process, most of which sockets need. */
const DEFAULT_LIMIT = 96

/** An open file. Whoever got it from `acquire` may use `fd` until `release`. */
export class Handle {
  readonly fd: number
  readonly writable: boolean
  readonly file: PooledFile
  users = 0

  constructor(file: PooledFile, fd: number, writable: boolean) {
    this.file = file
    this.fd = fd
    this.writable = writable
  }
}

/** A file that the pool opens when it is needed. */
export interface PooledFile {
  /** The pool's own: the open handle, and the opening under way. */
  handle: Handle | null
  opening: Promise<Handle> | null
  /** Opens it; rejects with the system's error or a ShoalError. A writable descriptor can be read too. */
  open(writable: boolean): Promise<number>
  /** Its handle was closed. */
  onClosed(): void
}

/**
 * The open files of all torrents of a session: at most `limit` at a time, the least recently used closed first. What a process may
 * have open is shared with its sockets, so 10,000 torrents must not hold a descriptor each.
 */
export class HandlePool {
  readonly writes: WriteQueue
  readonly #limit: number
  /** Open handles, the least recently used first. */
  readonly #handles = new Set<Handle>()
  /** Descriptors being opened, or of files whose handle was replaced while in use. */
  #others = 0
  /** Descriptors being closed. */
  #closing = 0
  /** Openings among `#others` that the process had no descriptor for. */
  #starved = 0
  readonly #scarcity = new Turns()
  readonly #waiting: (() => void)[] = []

  /** `limit`: most files open at once, at least 1. */
  constructor(limit = DEFAULT_LIMIT) {
    if (!(limit >= 1)) throw new ShoalError('bad-argument', 'a handle pool needs a limit of at least 1')
    this.#limit = limit
    this.writes = new WriteQueue(this)
  }

  /** Descriptors held now. */
  get openCount(): number {
    return this.#handles.size + this.#others
  }

  /**
   * A handle of the file, in use until `release`. Answers at once when the file is open (as it is for nearly every call of a busy
   * torrent). Waits while all handles are in use, also when the process has none left to open (EMFILE).
   */
  acquire(file: PooledFile, writable: boolean): Handle | Promise<Handle> {
    const handle = file.handle
    if (handle === null || (writable && !handle.writable)) return this.#acquireLater(file, writable)
    this.#use(handle)
    return handle
  }

  release(handle: Handle): void {
    handle.users--
    if (handle.users > 0) return
    if (handle.file.handle !== handle) {
      this.#others--
      void this.#closeFd(handle)
    } else if (this.openCount > this.#limit) this.#evict(handle)
    this.#waiting.shift()?.()
  }

  /** Forgets the file's handle, so that the next `acquire` opens it anew. It is closed when nobody uses it. */
  async drop(file: PooledFile): Promise<void> {
    await file.opening?.catch(() => {})
    if (file.handle !== null) await this.#retire(file.handle)
  }

  #use(handle: Handle): void {
    handle.users++
    this.#handles.delete(handle)
    this.#handles.add(handle)
  }

  async #acquireLater(file: PooledFile, writable: boolean): Promise<Handle> {
    for (;;) {
      const handle = file.handle
      if (handle !== null && (handle.writable || !writable)) {
        this.#use(handle)
        return handle
      }
      if (file.opening !== null) {
        // Another's failure to open it to read says nothing of writing, and the other way round.
        await file.opening.catch(() => {})
        continue
      }
      file.opening = this.#open(file, writable)
      try {
        return await file.opening
      } finally {
        file.opening = null
      }
    }
  }

  async #open(file: PooledFile, writable: boolean): Promise<Handle> {
    await this.#takePlace()
    let fd = -1
    try {
      fd = await this.#whenThereIsOne(() => file.open(writable))
    } finally {
      this.#others--
      if (fd < 0) this.#waiting.shift()?.()
    }
    if (file.handle !== null) void this.#retire(file.handle)
    const handle = new Handle(file, fd, writable)
    // The opener's own use: nobody may close it before the opener hears of it.
    handle.users = 1
    file.handle = handle
    this.#handles.add(handle)
    return handle
  }

  /** Runs what opens a descriptor of its own for a moment. When the process has none left, the pool gives one up. */
  async withDescriptor<T>(work: () => Promise<T>): Promise<T> {
    this.#others++
    try {
      return await this.#whenThereIsOne(work)
    } finally {
      this.#others--
      this.#waiting.shift()?.()
    }
  }

  async #whenThereIsOne<T>(open: () => Promise<T>): Promise<T> {
    try {
      return await open()
    } catch (error) {
      if (!isOutOfDescriptors(error)) throw error
    }
    this.#starved++
    try {
      return await this.#scarcity.take(() => this.#openStarved(open))
    } finally {
      this.#starved--
    }
  }

  /** The process has no descriptor left: opens with one that the pool gives up. One at a time, or they would starve each other. */
  async #openStarved<T>(open: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await open()
      } catch (error) {
        if (!isOutOfDescriptors(error)) throw error
        if (await this.#closeIdle()) continue
        // With none at all in the pool, the process spends its descriptors elsewhere.
        if (this.#handles.size === 0 && this.#others === this.#starved && this.#closing === 0) throw error
        // In use, or about to be, or about to be closed: soon there is one.
        await new Promise(resolve => setImmediate(resolve))
      }
    }
  }

  /** Counts one descriptor more as soon as the limit allows it. */
  async #takePlace(): Promise<void> {
    while (this.openCount >= this.#limit) {
      const idle = this.#leastRecent()
      if (idle) this.#evict(idle)
      else await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
    this.#others++
  }

  #leastRecent(): Handle | undefined {
    for (const handle of this.#handles) if (handle.users === 0) return handle
    return undefined
  }

  #evict(handle: Handle): void {
    this.#handles.delete(handle)
    handle.file.handle = null
    void this.#closeFd(handle)
    handle.file.onClosed()
  }

  /** Closes half of what is idle (at least one): whoever ran out of descriptors soon needs the next. False when nothing was idle. */
  async #closeIdle(): Promise<boolean> {
    const idle = [...this.#handles].filter(handle => handle.users === 0)
    if (idle.length === 0) return false
    const closing = idle.slice(0, (idle.length + 1) >>> 1)
    await Promise.all(
      closing.map(handle => {
        this.#handles.delete(handle)
        handle.file.handle = null
        handle.file.onClosed()
        return this.#closeFd(handle)
      }),
    )
    return true
  }

  async #retire(handle: Handle): Promise<void> {
    this.#handles.delete(handle)
    if (handle.file.handle === handle) handle.file.handle = null
    if (handle.users > 0) {
      this.#others++
      return
    }
    await this.#closeFd(handle)
    handle.file.onClosed()
  }

  #closeFd(handle: Handle): Promise<void> {
    this.#closing++
    return new Promise(resolve => {
      // An error of close says nothing that fdatasync has not said, and the descriptor is gone either way.
      fs.close(handle.fd, () => {
        this.#closing--
        resolve()
      })
    })
  }
}

function isOutOfDescriptors(error: unknown): boolean {
  return ['EMFILE', 'ENFILE'].includes(errnoOf(error))
}
