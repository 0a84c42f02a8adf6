import { type FileStamp, type ForeignChanges, isSameStamp } from '../storage.ts'

const NONE: ReadonlySet<number> = new Set()

/**
 * The stamps that a torrent's files had when the torrent last wrote to them or checked them. A
 * file with another stamp was changed by another program. Files that are being written to have no
 * known stamp until a flush settles their times.
 */
export class KnownStamps implements ForeignChanges {
  /** By file index. Undefined: never checked. Null: written to since. */
  #stamps: (FileStamp | null | undefined)[] = []
  #changed: Set<number> | null = null

  get files(): ReadonlySet<number> {
    return this.#changed ?? NONE
  }

  verified(stamps: readonly FileStamp[]): void {
    // A file that was written to in the meantime gets its stamp from the next flush.
    this.#stamps = stamps.map((stamp, file) =>
      this.#stamps[file] === null ? null : stamp.size < 0 ? undefined : stamp,
    )
    this.#changed = null
  }

  recognized(file: number, stamp: FileStamp): void {
    this.#stamps[file] = stamp
  }

  /** The stamp to compare the file with; undefined if none is known now. */
  get(file: number): FileStamp | undefined {
    return this.#stamps[file] ?? undefined
  }

  /** The torrent itself writes to the file. The part file has index -1. */
  written(file: number): void {
    if (file >= 0) this.#stamps[file] = null
  }

  /** All writes to the file have reached the disk, which set this stamp. */
  settled(file: number, stamp: FileStamp): void {
    if (this.#stamps[file] === null) this.#stamps[file] = stamp
  }

  /** The file was copied to another folder, where it has this stamp. */
  copied(file: number, stamp: FileStamp): void {
    if (this.#stamps[file] !== undefined && !this.files.has(file)) this.#stamps[file] = stamp
  }

  /**
   * Compares the current stamp of a file with the one that was known before it was read: if they
   * differ, and the torrent has not started to write in the meantime, the file counts as changed.
   * Returns whether it does.
   */
  compare(file: number, before: FileStamp | undefined, now: FileStamp): boolean {
    if (before && this.#stamps[file] === before && !isSameStamp(before, now)) {
      this.#changed ??= new Set()
      this.#changed.add(file)
    }
    return this.files.has(file)
  }
}
