/**
 * Bounds the memory of all pieces that are being assembled, regardless of the number of downloads
 * of a session.
 *
 * Buffers are reused, since new memory costs a page fault for every 4 KiB, which is more than
 * hashing them costs. Pieces that were written a moment ago are kept for a while: a swarm mostly
 * requests pieces that few peers have yet, and then they need not be read from disk.
 */

const MIB = 1024 * 1024

/** A download that shares the memory. */
export interface PieceMemoryUser {
  /**
   * Number of bytes of unfinished pieces it may hold from now on; two pieces are always allowed.
   */
  setShare(bytes: number): void
}

export interface PieceMemoryOptions {
  /** Bytes of unfinished pieces of all downloads. Default 192 MiB. */
  readonly totalBytes?: number
  /** Maximum for one download. Default 48 MiB. */
  readonly maxShareBytes?: number
  /** Bytes of written pieces that are kept. Default 16 MiB. */
  readonly recentBytes?: number
}

/**
 * From this number of downloads on, their number is rounded up to a step, so that a new one does
 * not change the shares of thousands.
 */
const EXACT_USERS = 16
const STEP = 1.25

interface Recent {
  readonly owner: object
  readonly piece: number
  readonly buffer: Uint8Array<ArrayBuffer>
}

export class PieceMemory {
  readonly #totalBytes: number
  readonly #maxShareBytes: number
  readonly #recentBytes: number
  readonly #users = new Set<PieceMemoryUser>()
  /** The number of downloads among which the memory is divided: at least that of the users. */
  #counted = 0
  readonly #free = new Map<number, Uint8Array<ArrayBuffer>[]>()
  #freeBytes = 0
  /** Oldest first. */
  readonly #recent: Recent[] = []
  #heldBytes = 0

  constructor(options: PieceMemoryOptions = {}) {
    this.#totalBytes = options.totalBytes ?? 192 * MIB
    this.#maxShareBytes = options.maxShareBytes ?? 48 * MIB
    this.#recentBytes = options.recentBytes ?? 16 * MIB
  }

  /** Bytes that each download may hold at present. */
  get shareBytes(): number {
    return Math.min(this.#maxShareBytes, Math.floor(this.#totalBytes / Math.max(1, this.#counted)))
  }

  /** Adds a download that starts or resumes. */
  enter(user: PieceMemoryUser): void {
    if (this.#users.has(user)) return
    const before = this.shareBytes
    this.#users.add(user)
    const { size } = this.#users
    if (size > this.#counted) this.#counted = size <= EXACT_USERS ? size : Math.ceil(size * STEP)
    this.#announce(before, user)
  }

  /** Removes a download that ended. With the last one, all buffers are freed. */
  leave(user: PieceMemoryUser): void {
    const before = this.shareBytes
    if (!this.#users.delete(user)) return
    const { size } = this.#users
    if (size <= EXACT_USERS || size * STEP * STEP < this.#counted) this.#counted = size
    this.#announce(before)
    if (this.#users.size > 0) return
    this.#free.clear()
    this.#freeBytes = 0
  }

  /** Returns a buffer of the size, with arbitrary content. */
  take(sizeBytes: number): Uint8Array<ArrayBuffer> {
    const buffer = this.#free.get(sizeBytes)?.pop()
    if (!buffer) return new Uint8Array(sizeBytes)
    this.#freeBytes -= sizeBytes
    return buffer
  }

  /** Returns a buffer to the pool; the caller must not touch it again. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#users.size === 0 || this.#freeBytes + buffer.length > this.#maxShareBytes) return
    this.#freeBytes += buffer.length
    const list = this.#free.get(buffer.length)
    if (list) list.push(buffer)
    else this.#free.set(buffer.length, [buffer])
  }

  /** Keeps a stored piece while there is room. Nothing may be written to the buffer any more. */
  keep(owner: object, piece: number, buffer: Uint8Array<ArrayBuffer>): void {
    // One piece must not displace all others.
    if (buffer.length > this.#recentBytes / 4) return this.give(buffer)
    this.#recent.push({ owner, piece, buffer })
    this.#heldBytes += buffer.length
    while (this.#heldBytes > this.#recentBytes) this.#release(this.#recent.shift()!)
  }

  /** Returns a kept piece. Valid until control returns to the event loop. */
  recent(owner: object, piece: number): Uint8Array<ArrayBuffer> | undefined {
    return this.#recent.find(entry => entry.piece === piece && entry.owner === owner)?.buffer
  }

  /** Releases the pieces kept for an owner. */
  forget(owner: object): void {
    for (let i = this.#recent.length - 1; i >= 0; i--)
      if (this.#recent[i]!.owner === owner) this.#release(this.#recent.splice(i, 1)[0]!)
  }

  #release({ buffer }: Recent): void {
    this.#heldBytes -= buffer.length
    this.give(buffer)
  }

  #announce(before: number, newcomer?: PieceMemoryUser): void {
    const share = this.shareBytes
    if (share !== before) for (const user of this.#users) user.setShare(share)
    else newcomer?.setShare(share)
  }
}
