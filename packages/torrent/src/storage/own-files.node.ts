import { ShoalError } from '../base/errors.ts'
import type { FileStamp, OwnFiles as Ownership } from './storage.ts'

/** A file that is not the torrent's has one of its paths. Nothing was written to it. */
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

/** One byte per file, created when the first file becomes the torrent's own. See the interface for what that means. */
export class OwnFiles implements Ownership {
  /** Counts the files that were created, so that whoever found one missing can tell whether that still holds. */
  created = 0
  readonly #fileCount: number
  #own: Uint8Array | null = null
  #offers: Map<number, Offer> | null = null

  constructor(fileCount: number) {
    this.#fileCount = fileCount
  }

  /** The part file, with index -1, is named by the info hash: it is always the torrent's own. */
  has(file: number): boolean {
    return file < 0 || this.#own?.[file] === 1
  }

  add(file: number): void {
    this.#own ??= new Uint8Array(this.#fileCount)
    if (file >= 0) this.#own[file] = 1
    this.#offers?.delete(file)
  }

  delete(file: number): void {
    if (this.#own && file >= 0) this.#own[file] = 0
    this.#offers?.delete(file)
  }

  offer(file: number, stamp: FileStamp, as: Offer['as']): void {
    this.#offers ??= new Map()
    this.#offers.set(file, { stamp, as })
  }

  isOffered(file: number): boolean {
    return this.#offers?.has(file) ?? false
  }

  /** How the file was offered, if it still has the same stamp. */
  offered(file: number, { size, mtimeNs }: FileStamp): Offer['as'] | null {
    const offer = this.#offers?.get(file)
    return offer?.stamp.size === size && offer.stamp.mtimeNs === mtimeNs ? offer.as : null
  }

  /** The files have other paths: what was found at the old ones says nothing any more. */
  forgetOffers(): void {
    this.#offers = null
  }
}
