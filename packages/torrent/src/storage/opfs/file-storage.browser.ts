import { ShoalError } from '../../base/errors.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import type { FileStorageOptions as NodeOptions } from '../disk/file-storage.node.ts'
import type { InterruptedMove } from '../disk/settle-move.node.ts'
import { applyRenames, type Renamed } from '../disk-paths.ts'
import { Gate, Turns } from '../gate.ts'
import type { FileStamp, MoveOptions, Storage, StoredSegment } from '../storage.ts'
import { HandlePool } from './handle-pool.browser.ts'
import { joinPath } from './opfs.browser.ts'
import { NAME_RULES, OpfsFiles } from './opfs-files.browser.ts'
import { moveAll, withDetours } from './opfs-move.browser.ts'

export { HandlePool }

export interface FileStorageOptions extends Omit<NodeOptions, 'handles'> {
  readonly handles: HandlePool
}

/**
 * Browsers complete a move or undo it. Only after a crash of the machine, the data is checked in
 * the old place.
 */
export async function settleMove(_move: InterruptedMove): Promise<boolean> {
  return false
}

/**
 * Keeps a torrent as files in the origin private file system. For dedicated workers. With
 * `preallocate`, new files are created sparse with their full size: their records stay valid after
 * a crash, and the browser reports a lack of space at the start.
 */
export function createFileStorage(options: FileStorageOptions): Storage {
  return new OpfsStorage(options)
}

class OpfsStorage implements Storage {
  readonly #layout: PieceLayout
  readonly #files: OpfsFiles
  readonly #gate = new Gate()
  readonly #changes = new Turns()
  #closed = false

  constructor({ layout, name, directory, handles, preallocate = false, renamed }: FileStorageOptions) {
    this.#layout = layout
    this.#files = new OpfsFiles({ layout, name, directory, pool: handles, preallocate, renamed })
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    this.#checkRange(offset, into.length)
    await this.#shared(() => this.#files.read(offset, into))
  }

  async readParts(offset: number, parts: readonly Uint8Array[]): Promise<void> {
    this.#checkRange(
      offset,
      parts.reduce((sum, part) => sum + part.length, 0),
    )
    await this.#shared(async () => {
      let at = offset
      for (const part of parts) {
        await this.#files.read(at, part)
        at += part.length
      }
    })
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#checkRange(offset, bytes.length)
    await this.#shared(() => this.#files.write(offset, bytes))
  }

  async flush({ all = false }: { all?: boolean } = {}): Promise<void> {
    await this.#shared(() => this.#files.flush(all))
  }

  async setWanted(wanted: readonly boolean[]): Promise<void> {
    this.#checkOpen()
    if (wanted.length !== this.#layout.files.length)
      throw new ShoalError('bad-argument', `setWanted needs ${this.#layout.files.length} values`)
    await this.#exclusive(() => this.#files.setWanted(wanted))
  }

  async stamps(): Promise<FileStamp[]> {
    return this.#shared(() => this.#files.stamps())
  }

  /** Path in the origin private file system. */
  pathOf(file: number): string | null {
    return this.#files.pathOf(file)
  }

  segments(offset: number, length: number): StoredSegment[] {
    this.#checkRange(offset, length)
    return this.#layout.spans(offset, length).map(span => ({
      path: this.pathOf(span.file) ?? (this.#layout.files[span.file]!.pad ? null : this.#files.partPath),
      offset: span.fileOffset,
      length: span.length,
    }))
  }

  /** Does nothing: reserving space takes no time here. */
  setReserving(_active: boolean): void {}

  async move(directory: string, { signal, moved }: MoveOptions = {}): Promise<void> {
    await this.#exclusive(async () => {
      signal?.throwIfAborted()
      const files = this.#files
      const before = files.directory
      const names = [...files.stored().map(index => files.paths[index]!), files.partName]
      await moveAll(names.map(name => ({ from: joinPath(before, name), to: joinPath(directory, name) })))
      files.moved(directory)
      await moved?.()
      await files.removeFolders(before)
    })
  }

  async rename(renamed: Renamed): Promise<void> {
    const files = this.#files
    const paths = [...files.paths]
    if (!applyRenames(paths, renamed, NAME_RULES, files.partName))
      throw new ShoalError(
        'bad-argument',
        'The torrent has no such file, or another file has that name. Choose another name.',
      )
    await this.#exclusive(async () => {
      const steps = [...renamed.keys()].map(file => ({
        from: joinPath(files.directory, files.paths[file]!),
        to: joinPath(files.directory, paths[file]!),
      }))
      await moveAll(withDetours(steps.filter(({ from, to }) => from !== to)))
      for (const file of renamed.keys()) files.paths[file] = paths[file]!
      files.moved(files.directory)
    })
  }

  async remove(): Promise<void> {
    await this.#exclusive(async () => {
      this.#closed = true
      await this.#files.remove()
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#changes.take(() => this.#gate.alone(() => this.#files.dropHandles()))
  }

  /** Runs `work` concurrently with other calls, but not while files are moved. */
  async #shared<T>(work: () => Promise<T>): Promise<T> {
    this.#checkOpen()
    if (!this.#gate.tryEnter()) await this.#gate.enter()
    try {
      this.#checkOpen()
      if (!this.#files.isLoaded) await this.#files.load()
      return await work()
    } finally {
      this.#gate.leave()
    }
  }

  /** Runs `work` with exclusive access to the files and none open. */
  async #exclusive(work: () => Promise<void>): Promise<void> {
    this.#checkOpen()
    await this.#changes.take(() =>
      this.#gate.alone(async () => {
        this.#checkOpen()
        if (!this.#files.isLoaded) await this.#files.load()
        await this.#files.dropHandles()
        await work()
      }),
    )
  }

  #checkOpen(): void {
    if (this.#closed) throw new ShoalError('closed', 'The storage is closed. Add the torrent again.')
  }

  #checkRange(offset: number, length: number): void {
    this.#checkOpen()
    if (!(offset >= 0 && length >= 0 && offset + length <= this.#layout.totalBytes))
      throw new ShoalError('bad-argument', `Bytes ${offset} to ${offset + length} are outside the torrent`)
  }
}
