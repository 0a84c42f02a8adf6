import { ShoalError } from '../../base/errors.ts'
import { type FileStamp, isSameStamp, type OwnFiles as Ownership } from '../storage.ts'

/** A file at one of the torrent's paths does not belong to it. Nothing was written to it. */
export class ForeignFile extends ShoalError {
  /** Index among all files. */
  readonly file: number

  constructor(file: number, path: string) {
    super(
      'in-use',
      `${path} exists already and is not this torrent's. Check the data again, or move it away.`,
    )
    this.file = file
  }
}

/** A file that may be written to although it is not known to be the torrent's. */
interface Offer {
  readonly stamp: FileStamp
  readonly as: 'empty' | 'likely'
}

const [OWN, DOUBTED, BELIEVED] = [1, 2, 3] as const

/**
 * One byte per file, created when the first file becomes the torrent's own. See the interface for
 * the meaning.
 */
export class OwnFiles implements Ownership {
  /**
   * Number of files created so far: a caller that found a file missing compares it to detect
   * whether one has been created since.
   */
  created = 0
  readonly #fileCount: number
  #states: Uint8Array | null = null
  /** Inode numbers of files that were written to; 0 if unknown. */
  #inodes: Float64Array | null = null
  #offers: Map<number, Offer> | null = null

  constructor(fileCount: number) {
    this.#fileCount = fileCount
  }

  /** The part file, with index -1, is named by the info hash, so it is always the torrent's own. */
  has(file: number): boolean {
    return file < 0 || this.#states?.[file] === OWN
  }

  isDoubted(file: number): boolean {
    return (this.#states?.[file] ?? 0) >= DOUBTED
  }

  isBelieved(file: number): boolean {
    return this.#states?.[file] === BELIEVED
  }

  /** `inode`: its number if known, to recognize the file. */
  add(file: number, inode?: number): void {
    if (file >= 0) {
      if (!this.has(file) || inode !== undefined) this.#setInode(file, inode ?? 0)
      this.#set(file, OWN)
    }
    this.#offers?.delete(file)
  }

  doubt(file: number): void {
    if (file >= 0 && this.has(file)) this.#set(file, DOUBTED)
  }

  believe(file: number): void {
    if (!this.has(file)) this.#set(file, BELIEVED)
  }

  delete(file: number): void {
    if (this.#states && file >= 0) this.#states[file] = 0
    this.#setInode(file, 0)
    this.#offers?.delete(file)
  }

  /** Whether a file with this inode is certainly a different one. */
  isOther(file: number, inode: number): boolean {
    const known = this.#inodes?.[file]
    return known !== undefined && known !== 0 && known !== inode
  }

  offer(file: number, stamp: FileStamp, as: Offer['as']): void {
    this.#offers ??= new Map()
    this.#offers.set(file, { stamp, as })
  }

  isOffered(file: number): boolean {
    return this.#offers?.has(file) ?? false
  }

  /** How the file was offered, if it still has the same stamp. */
  offered(file: number, stamp: FileStamp): Offer['as'] | null {
    const offer = this.#offers?.get(file)
    return offer && isSameStamp(offer.stamp, stamp) ? offer.as : null
  }

  /** The files have other paths: findings about the old ones no longer apply. */
  forgetOffers(): void {
    this.#offers = null
  }

  #set(file: number, state: number): void {
    this.#states ??= new Uint8Array(this.#fileCount)
    this.#states[file] = state
  }

  #setInode(file: number, inode: number): void {
    if (inode !== 0) this.#inodes ??= new Float64Array(this.#fileCount)
    if (this.#inodes) this.#inodes[file] = inode
  }
}
