import fs from 'node:fs'
import { ShoalError } from '../../base/errors.ts'
import { WRITE_STEP_BYTES } from '../byte-runs.ts'
import { Turns } from '../gate.ts'
import { errnoOf } from '../io-errors.ts'
import { WriteQueue } from './write-queue.node.ts'

/**
 * Maximum number of open files in one session. Far below the usual limit of 1,024 descriptors per
 * process, most of which sockets need.
 */
const DEFAULT_LIMIT = 96

/** An open file. The caller of `acquire` may use `fd` until it calls `release`. */
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

  /** Bytes per write call. */
  get stepBytes(): number {
    return this.file.stepBytes ?? WRITE_STEP_BYTES
  }
}

/** A file that the pool opens on demand. */
export interface PooledFile {
  /** Managed by the pool: the open handle, and the open in progress. */
  handle: Handle | null
  opening: Promise<Handle> | null
  /** Bytes per write call, known when the file was opened to write. */
  readonly stepBytes?: number
  /**
   * Opens a descriptor; rejects with the system's error or a ShoalError. A writable descriptor is
   * also readable.
   */
  open(writable: boolean): Promise<number>
  /** Called when the handle has been closed. */
  onClosed(): void
}

/**
 * The open files of all torrents of a session: at most `limit` at a time, closing the least
 * recently used first. Files share the process's descriptor limit with sockets, so 10,000 torrents
 * must not hold a descriptor each.
 */
export class HandlePool {
  readonly writes: WriteQueue<PooledFile, Handle>
  readonly #limit: number
  /** Open handles, least recently used first. */
  readonly #handles = new Set<Handle>()
  /** Descriptors being opened, and those still in use after their file's handle was replaced. */
  #others = 0
  /** Descriptors being closed. */
  #closing = 0
  /** Opens among `#others` that failed for lack of descriptors and are retrying. */
  #starved = 0
  readonly #scarcity = new Turns()
  readonly #waiting: (() => void)[] = []

  /** `limit`: maximum number of open files, at least 1. */
  constructor(limit = DEFAULT_LIMIT) {
    if (!(limit >= 1)) throw new ShoalError('bad-argument', 'The limit of a handle pool must be at least 1')
    this.#limit = limit
    this.writes = new WriteQueue({
      acquire: (file, writable) => this.acquire(file, writable),
      release: handle => this.release(handle),
    })
  }

  /** Number of open descriptors. */
  get openCount(): number {
    return this.#handles.size + this.#others
  }

  /**
   * Returns a handle of the file, which is in use until `release`. Synchronous if the file is open,
   * as in nearly every call of a busy torrent. Otherwise waits while all handles are in use or the
   * process has no descriptor left (EMFILE).
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

  /**
   * Retires the file's handle, so that the next `acquire` opens the file again. The handle is
   * closed once it is unused.
   */
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
        // A concurrent open may fail for reading but not for writing, or vice versa.
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
    await this.#reserveSlot()
    let fd = -1
    try {
      fd = await this.#retryWhenStarved(() => file.open(writable))
    } finally {
      this.#others--
      if (fd < 0) this.#waiting.shift()?.()
    }
    if (file.handle !== null) void this.#retire(file.handle)
    const handle = new Handle(file, fd, writable)
    // Counts as used by the caller, so that it is not closed before the caller gets it.
    handle.users = 1
    file.handle = handle
    this.#handles.add(handle)
    return handle
  }

  /**
   * Runs `work`, which briefly opens a descriptor of its own. If the process has none left, the
   * pool closes one of its own.
   */
  async withDescriptor<T>(work: () => Promise<T>): Promise<T> {
    this.#others++
    try {
      return await this.#retryWhenStarved(work)
    } finally {
      this.#others--
      this.#waiting.shift()?.()
    }
  }

  async #retryWhenStarved<T>(open: () => Promise<T>): Promise<T> {
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

  /**
   * Opens with a descriptor that the pool closes because the process has none left. One at a time,
   * or callers would starve each other.
   */
  async #openStarved<T>(open: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await open()
      } catch (error) {
        if (!isOutOfDescriptors(error)) throw error
        if (await this.#closeIdle()) continue
        // If the pool has none, the process uses its descriptors for other purposes.
        if (this.#handles.size === 0 && this.#others === this.#starved && this.#closing === 0) throw error
        // Handles are in use, being opened or being closed: one will be available soon.
        await new Promise(resolve => setImmediate(resolve))
      }
    }
  }

  /** Reserves a descriptor as soon as the limit allows it. */
  async #reserveSlot(): Promise<void> {
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

  /**
   * Closes half of the idle handles, at least one, because more will be needed soon. Returns false
   * if none is idle.
   */
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
      // Errors of close add nothing to those of fdatasync, and the descriptor is closed either way.
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
