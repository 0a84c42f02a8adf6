import type { BigIntStats } from 'node:fs'
import { ShoalError } from '../../base/errors.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import type { NameRules } from '../../metainfo/safe-names.ts'
import { applyRenames, diskPaths, partFileName, type Renamed } from '../disk-paths.ts'
import { ignoreMissing, ioError } from '../io-errors.ts'
import { isSameStamp } from '../storage.ts'
import { Folders, foldersOf, parentOf } from './folders.node.ts'
import { lstat, rename } from './fs.node.ts'
import type { HandlePool } from './handle-pool.node.ts'
import type { KnownStamps } from './known-stamps.node.ts'
import type { OwnFiles } from './own-files.node.ts'
import { type SeenFiles, type SharedFileState, StoredFile, stampOf } from './stored-file.node.ts'

export const NAME_RULES: NameRules = process.platform === 'win32' ? 'windows' : 'posix'

/**
 * The state of a torrent's files that is kept while they are unused. An idle torrent keeps nothing
 * else in memory. Only FileSet changes it.
 */
export interface IdleFiles {
  readonly layout: PieceLayout
  readonly name: string
  readonly handles: HandlePool
  readonly preallocate: boolean
  readonly seen: SeenFiles
  readonly known: KnownStamps
  readonly own: OwnFiles
  directory: string
  /** Null: none. */
  renamed: Map<number, readonly string[]> | null
  /** Null: all. */
  wanted: readonly boolean[] | null
}

/**
 * The files of a torrent and its part file: their paths, which of them are wanted, and those in
 * use.
 */
export class FileSet {
  readonly layout: PieceLayout
  readonly handles: HandlePool
  readonly seen: SeenFiles
  readonly known: KnownStamps
  readonly own: OwnFiles
  readonly partFile: StoredFile
  readonly #idle: IdleFiles
  readonly #shared: SharedFileState
  readonly #paths: string[]
  readonly #files = new Map<number, StoredFile>()
  #reserving: AbortController | null

  /** Calls `onClosed` whenever the pool has closed a file. */
  constructor(idle: IdleFiles, onClosed: () => void) {
    this.layout = idle.layout
    this.handles = idle.handles
    this.seen = idle.seen
    this.known = idle.known
    this.own = idle.own
    this.#idle = idle
    this.#paths = storedPaths(idle)
    this.#reserving = idle.preallocate ? new AbortController() : null
    this.#shared = {
      folders: new Folders(idle.directory),
      reserving: this.#reserving?.signal ?? null,
      seen: idle.seen,
      known: idle.known,
      own: idle.own,
      onClosed,
    }
    this.partFile = new StoredFile(this.#shared, {
      index: -1,
      relative: partFileName(idle.name, NAME_RULES),
      lengthBytes: Number.POSITIVE_INFINITY,
    })
  }

  get folders(): Folders {
    return this.#shared.folders
  }

  /** Path of each file below the download folder, with `/`; empty for pads. */
  get paths(): readonly string[] {
    return this.#paths
  }

  /** Absolute path of a file. */
  diskPath(index: number): string {
    return this.folders.path(this.#paths[index]!)
  }

  get wantsAll(): boolean {
    return this.#idle.wanted === null
  }

  wants(index: number): boolean {
    return this.#idle.wanted === null || this.#idle.wanted[index] === true
  }

  /** Null: all. */
  setWanted(wanted: readonly boolean[] | null): void {
    this.#idle.wanted = wanted
  }

  /**
   * Whether opening a file for writing reserves its disk space. Turning it off cancels reservations
   * in progress.
   */
  setReserving(active: boolean): void {
    this.#reserving?.abort(
      new ShoalError('cancelled', 'The torrent was stopped while it was reserving disk space'),
    )
    this.#reserving = active && this.#idle.preallocate ? new AbortController() : null
    this.#shared.reserving = this.#reserving?.signal ?? null
  }

  file(index: number): StoredFile {
    let file = this.#files.get(index)
    if (file === undefined) {
      const { lengthBytes, executable } = this.layout.files[index]!
      file = new StoredFile(this.#shared, { index, relative: this.#paths[index]!, lengthBytes, executable })
      this.#files.set(index, file)
    }
    return file
  }

  /**
   * Whether the file that `stat` found at a path is still the torrent's own: neither another file,
   * nor changed by others.
   */
  isOwn(index: number, stat: BigIntStats): boolean {
    const { symlink, lengthBytes } = this.layout.files[index]!
    if (!this.own.has(index)) return false
    if (symlink) return stat.isSymbolicLink()
    if (!stat.isFile() || this.own.isOther(index, Number(stat.ino))) return false
    if (lengthBytes === 0) return stat.size === 0n
    const known = this.known.get(index)
    return !known || isSameStamp(known, stampOf(stat))
  }

  /** The file if `file` has been called for it. */
  fileInUse(index: number): StoredFile | undefined {
    return this.#files.get(index)
  }

  /** Whether no file is open or being opened. */
  get isClosed(): boolean {
    for (const file of this.#files.values()) if (file.handle || file.opening) return false
    return !this.partFile.handle && !this.partFile.opening
  }

  /** Closes all handles. The caller ensures that nothing is reading or writing. */
  async dropHandles(): Promise<void> {
    await Promise.all([...this.#files.values(), this.partFile].map(file => this.handles.drop(file)))
  }

  /** Uses the files in another folder from now on. The caller has moved them. */
  switchTo(folders: Folders): void {
    this.#shared.folders = folders
    this.#idle.directory = folders.root
    this.own.forgetOffers()
  }

  /**
   * Assigns files other paths and renames its own ones on disk, all or none. Rejects with
   * `bad-argument` or `io` if a name is taken.
   */
  async rename(renamed: Renamed): Promise<void> {
    const paths = [...this.#paths]
    if (!applyRenames(paths, renamed, NAME_RULES, this.partFile.relative))
      throw new ShoalError(
        'bad-argument',
        'The torrent already has a file of that name. Choose another name.',
      )
    this.folders.forget()
    const steps: RenameStep[] = []
    for (const file of renamed.keys()) {
      const [from, to] = [this.#paths[file]!, paths[file]!]
      const stat = await lstat(this.folders.path(from), { bigint: true }).catch(ignoreMissing)
      if (from !== to && stat && this.isOwn(file, stat)) steps.push({ from, to })
    }
    await renameOnDisk(this, steps)
    for (const file of renamed.keys()) {
      this.#paths[file] = paths[file]!
      const inUse = this.#files.get(file)
      if (inUse) inUse.relative = paths[file]!
    }
    this.own.forgetOffers()
    this.#idle.renamed = new Map([...(this.#idle.renamed ?? []), ...renamed])
  }

  /**
   * Uses other paths, unless other files of the torrent have them, without renaming anything on
   * disk. Returns the paths.
   */
  async avoid(renamed: Renamed): Promise<Renamed> {
    const apply = (some: Renamed) => applyRenames(this.#paths, some, NAME_RULES, this.partFile.relative)
    // One by one only if two collide: each call compares all paths.
    const avoided = apply(renamed) ? renamed : new Map([...renamed].filter(one => apply(new Map([one]))))
    for (const file of avoided.keys()) {
      const inUse = this.#files.get(file)
      this.#files.delete(file)
      this.seen.delete(file)
      this.own.delete(file)
      if (inUse) await this.handles.drop(inUse)
    }
    this.#idle.renamed = new Map([...(this.#idle.renamed ?? []), ...avoided])
    return avoided
  }
}

/** Paths of a torrent's files; see `diskPaths`. */
export function storedPaths(
  place: Pick<IdleFiles, 'layout' | 'name'> & { renamed: Renamed | null },
): string[] {
  return diskPaths(place.layout, NAME_RULES, partFileName(place.name, NAME_RULES), place.renamed)
}

/** Paths below the download folder. */
interface RenameStep {
  readonly from: string
  readonly to: string
}

/** Renames those of the files that exist, all or none. */
async function renameOnDisk({ folders, handles }: FileSet, steps: readonly RenameStep[]): Promise<void> {
  const done: RenameStep[] = []
  try {
    for (const step of steps) if (await renameOne(folders, step)) done.push(step)
    await folders.sync(handles)
  } catch (error) {
    for (const { from, to } of done.reverse()) await rename(folders.path(to), folders.path(from))
    await folders.removeEmpty(foldersOf(steps.map(({ to }) => to)))
    throw ioError(error, folders.path(steps[done.length]?.to ?? ''))
  }
  await folders.removeEmpty(foldersOf(done.map(({ from }) => from)))
}

/** Returns false if the file does not exist yet. */
async function renameOne(folders: Folders, { from, to }: RenameStep): Promise<boolean> {
  const source = await lstat(folders.path(from)).catch(ignoreMissing)
  if (!source) return false
  await folders.check(parentOf(from))
  await folders.make(parentOf(to))
  const existing = await lstat(folders.path(to)).catch(ignoreMissing)
  // It may be the same file if the names differ only in case.
  if (existing && existing.ino !== source.ino)
    throw new ShoalError('io', `${folders.path(to)} already exists. Choose another name.`)
  await rename(folders.path(from), folders.path(to))
  folders.noteChange(parentOf(from))
  folders.noteChange(parentOf(to))
  return true
}
