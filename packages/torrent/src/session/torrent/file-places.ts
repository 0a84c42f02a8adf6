import { chooseNames, claimMoved, claimPaths, glanceAtFiles, makeWay } from '#own-files'
import type { Bitfield } from '../../base/bitfield.ts'
import type { SessionContext } from '../context.ts'
import type { Content } from './content.ts'
import type { Claims, ClaimsHook, FilesContext } from './file-claims.ts'
import type { Emit } from './lifecycle.ts'
import type { Recorder } from './recorder.ts'
import { currentPath } from './relocation.ts'
import type { TorrentData } from './torrent-data.ts'

export interface FilePlacesOptions {
  readonly context: SessionContext
  readonly data: TorrentData
  readonly hooks: ClaimsHook
  /** Null if the torrent is not recorded. */
  readonly recorder: Recorder | null
  readonly emit: Emit
}

/**
 * Decides where the files of a torrent are stored: claims their paths, and chooses others in place
 * of those used by someone else.
 */
export class FilePlaces implements FilesContext {
  readonly data: TorrentData
  readonly #context: SessionContext
  readonly #hooks: ClaimsHook
  readonly #recorder: Recorder | null
  readonly #emit: Emit

  constructor({ context, data, hooks, recorder, emit }: FilePlacesOptions) {
    this.#context = context
    this.data = data
    this.#hooks = hooks
    this.#recorder = recorder
    this.#emit = emit
  }

  get paths(): Claims {
    return this.#hooks.paths
  }

  get pool(): FilesContext['pool'] {
    return this.#context.storage.hashPool
  }

  /** The files of an earlier run are the torrent's own even before they are checked. */
  claimRecorded(): void {
    if (this.data.content && this.data.place.progress?.had) claimPaths(this)
  }

  /** The torrent accesses the disk from now on: at once, unless names have to be chosen first. */
  claim(content: Content): Promise<void> | null {
    const names = chooseNames(this, content)
    if (names) return this.#claimNamed(names)
    claimPaths(this)
    return null
  }

  async #claimNamed(names: Promise<ReadonlyMap<number, readonly string[]>>): Promise<void> {
    await this.#set(await names)
    claimPaths(this)
  }

  /** A torrent that does not run shows an error if its files are missing. */
  async glance(): Promise<void> {
    const { lifecycle } = this.data
    const isIdle = () => lifecycle.phase === 'idle' && lifecycle.paused && !lifecycle.error
    if (isIdle()) await glanceAtFiles(this).catch(error => isIdle() && this.data.fail(error))
  }

  /**
   * Informs storage which files are wanted. Their bytes may have to be moved to a path that has
   * been taken in the meantime.
   */
  async setWanted(content: Content): Promise<void> {
    for (;;)
      try {
        return await content.storage.setWanted(content.selection.wanted(), {
          // Until the torrent has accessed the disk, it creates nothing there.
          createsEmpty: content.isChecked,
        })
      } catch (error) {
        await this.makeWay(content, error)
      }
  }

  /** All wanted bytes are present: creates the empty files. */
  async finish(content: Content): Promise<void> {
    await this.setWanted(content)
    await content.storage.createEmpty?.()
  }

  /**
   * Rejects with the error unless it says that a file belongs to someone else: then another file
   * is written from now on.
   */
  async makeWay(content: Content, error: unknown): Promise<void> {
    const avoiding = makeWay(this, error)
    if (!avoiding) throw error
    await this.noteAvoided(content, await avoiding)
  }

  /** Records the new names of files before anything is written under them. */
  async noteAvoided(content: Content, avoided: ReadonlyMap<number, readonly string[]>): Promise<void> {
    const renames = [...avoided].map(([file, path]) => ({
      path: currentPath(this.data, content, file).join('/'),
      storedAs: path.join('/'),
    }))
    this.#emit('filesAvoided', renames)
    await this.#set(avoided)
  }

  /**
   * Reports files, by index among all, in which others changed pieces that were correct `before`.
   */
  tellChanges(content: Content, before: Bitfield, changed: ReadonlySet<number>): void {
    const { data } = this
    const lost = [...changed].filter(file => hasLostPieces(content, before, file))
    if (lost.length === 0) return
    data.changedFiles = new Set([...data.changedFiles, ...lost])
    const paths = lost.map(file => currentPath(data, content, file).join('/'))
    this.#emit('filesChanged', paths)
  }

  /** Records names that are used from now on. */
  async #set(names: ReadonlyMap<number, readonly string[]>): Promise<void> {
    const { data } = this
    if (names.size === 0) return
    data.renamed = new Map([...(data.renamed ?? []), ...names])
    claimMoved(this)
    await this.#recorder?.changed()
  }
}

/** Whether pieces of a file were present before and are missing now. */
function hasLostPieces({ layout, have }: Content, before: Bitfield, file: number): boolean {
  const { first, end } = layout.piecesOf(file)
  for (let piece = first; piece < end; piece++) if (before.has(piece) && !have.has(piece)) return true
  return false
}
