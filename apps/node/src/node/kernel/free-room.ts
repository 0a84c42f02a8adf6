import { Failure } from '@shoal/daemon/failure'
import { formatBytes } from '../../base/format.ts'

/** Free bytes that are needed to write to the catalogue again. */
export const NEEDED_BYTES = 4 << 20

/** The part of the database that knows whether the disk is full. */
interface FullDatabase {
  /** Whether the last write failed for lack of space. */
  readonly isFull: boolean
  /** Makes a test write. Returns whether there was space; `isFull` is then false. */
  tryWrite(): boolean
}

export interface FreeRoomOptions {
  readonly database: FullDatabase
  /** Folder of the database, for messages. */
  readonly folder: string
  freeBytes(): Promise<number>
  /** Called with each new message, and with null once there is space again. */
  tell(problem: string | null): void
}

/**
 * Tracks whether the disk of the data folder has space. While it is full, the node reads the
 * catalogue and shares, but refuses changes, and `look` checks whether it can write again.
 */
export class FreeRoom {
  readonly #options: FreeRoomOptions
  readonly #returned = new Set<() => void>()
  #problem: string | null = null
  #lacksBytes = NEEDED_BYTES
  #looking = false

  constructor(options: FreeRoomOptions) {
    this.#options = options
  }

  /** Number of bytes that have to be freed; null while there is space. */
  get lacksBytes(): number | null {
    return this.#options.database.isFull ? this.#lacksBytes : null
  }

  /** Calls the listener each time there is space again. */
  onReturned(listener: () => void): void {
    this.#returned.add(listener)
  }

  /** Throws `no-space` while the disk is full. */
  assert(): void {
    if (this.lacksBytes !== null) throw new Failure('no-space', this.#message())
  }

  /** Call it once a second. */
  async look(): Promise<void> {
    const { database, freeBytes, tell } = this.#options
    if (this.#looking || (!database.isFull && this.#problem === null)) return
    this.#looking = true
    try {
      const free = await freeBytes()
      // The system may reserve some of the free space.
      this.#lacksBytes = free < NEEDED_BYTES ? NEEDED_BYTES - free : NEEDED_BYTES
      const hasRoom = !database.isFull || (free >= NEEDED_BYTES && database.tryWrite())
      const problem = hasRoom ? null : this.#message()
      if (problem !== this.#problem) tell(problem)
      this.#problem = problem
      if (hasRoom) for (const listener of this.#returned) listener()
    } finally {
      this.#looking = false
    }
  }

  #message(): string {
    const { folder } = this.#options
    return `the disk of ${folder} is full: free ${formatBytes(this.#lacksBytes)} there. Until then the node shows and shares what it has, but saves no changes`
  }
}
