import { claimMoved, mustBeFree, recognizeFiles } from '#own-files'
import { absolutePath } from '#paths'
import type { MoveTorrentOptions } from '../../api.ts'
import { ShoalError } from '../../base/errors.ts'
import type { FilePlace } from '../../storage/storage.ts'
import { type Content, realFiles } from './content.ts'
import type { FilesContext } from './file-claims.ts'
import type { Recorder } from './recorder.ts'
import type { TorrentData } from './torrent-data.ts'

/**
 * Moves and renames the files of a torrent, one change after another. Each is recorded before it
 * is made: after a crash in between, the next session finds the files.
 */
export class Relocation {
  readonly #data: TorrentData
  readonly #files: FilesContext
  readonly #recorder: Recorder | null
  #last: Promise<void> = Promise.resolve()

  constructor(files: FilesContext, recorder: Recorder | null) {
    this.#data = files.data
    this.#files = files
    this.#recorder = recorder
  }

  /** Runs `change` after the earlier ones have settled. */
  queue(change: () => Promise<void>): Promise<void> {
    const changed = this.#last.then(change)
    this.#last = changed.catch(() => {})
    return changed
  }

  async move(content: Content, directory: string, options: MoveTorrentOptions): Promise<void> {
    const next = { directory: absolutePath(directory), renamed: this.#data.renamed ?? new Map() }
    await this.#change(content, next, hooks => content.storage.move(next.directory, { ...options, ...hooks }))
  }

  /** Assigns files, by index among all, other paths below the download folder. */
  async rename(content: Content, renamed: FilePlace['renamed']): Promise<void> {
    const { directory } = this.#data
    const next = { directory, renamed: new Map([...(this.#data.renamed ?? []), ...renamed]) }
    await this.#change(content, next, async ({ begin, moved }) => {
      await begin()
      await content.storage.rename(renamed)
      await moved()
    })
  }

  /**
   * Renames a folder: all its files get paths below `path`. Rejects with `not-found` if the torrent
   * has no such folder.
   */
  async renameFolder(content: Content, folder: readonly string[], path: readonly string[]): Promise<void> {
    const renamed = new Map<number, readonly string[]>()
    for (const file of realFiles(content)) {
      const now = currentPath(this.#data, content, file)
      if (now.length > folder.length && folder.every((part, i) => now[i] === part))
        renamed.set(file, [...path, ...now.slice(folder.length)])
    }
    if (renamed.size === 0 || folder.length === 0)
      throw new ShoalError('not-found', `the torrent has no folder ${folder.join('/')}`)
    await this.rename(content, renamed)
  }

  /**
   * `work` calls `begin` before it changes anything, and `moved` when the files are at the new
   * place, before it deletes those at the old one.
   */
  async #change(
    content: Content,
    next: FilePlace,
    work: (hooks: { begin: () => Promise<void>; moved: () => Promise<void> }) => Promise<void>,
  ): Promise<void> {
    const data = this.#data
    await recognizeFiles(this.#files, content)
    mustBeFree(this.#files, next)
    const begin = async () => {
      data.moving = next
      await this.#recorder?.changed()
    }
    const moved = async () => {
      // After a crash before copied files are deleted, the next session deletes them.
      data.moving = { directory: data.directory, renamed: data.renamed ?? new Map() }
      data.directory = next.directory
      data.renamed = next.renamed.size > 0 ? new Map(next.renamed) : null
      claimMoved(this.#files)
      await this.#recorder?.changed()
    }
    try {
      await work({ begin, moved })
    } finally {
      if (data.moving) {
        data.moving = null
        await this.#recorder?.changed()
      }
    }
  }
}

/** Path of a file, below the download folder. */
export function currentPath(
  { renamed }: Pick<TorrentData, 'renamed'>,
  { layout }: Content,
  file: number,
): readonly string[] {
  return renamed?.get(file) ?? layout.files[file]!.path
}
