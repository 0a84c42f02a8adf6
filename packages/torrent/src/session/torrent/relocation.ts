import { absolutePath } from '#paths'
import type { MoveTorrentOptions } from '../../api.ts'
import { ShoalError } from '../../base/errors.ts'
import type { FilePlace } from '../../storage/storage.ts'
import { type Content, realFiles } from './content.ts'
import type { Recorder } from './recorder.ts'
import type { TorrentData } from './torrent-data.ts'

/**
 * Moves and renames the files of a torrent, one change after the other. Each is recorded before it is made: if a crash comes in between, the
 * next session finds the files.
 */
export class Relocation {
  readonly #data: TorrentData
  readonly #recorder: Recorder | null
  #last: Promise<void> = Promise.resolve()

  constructor(data: TorrentData, recorder: Recorder | null) {
    this.#data = data
    this.#recorder = recorder
  }

  /** Runs `change` after those before it have settled. */
  queue(change: () => Promise<void>): Promise<void> {
    const changed = this.#last.then(change)
    this.#last = changed.catch(() => {})
    return changed
  }

  async move({ storage }: Content, directory: string, options: MoveTorrentOptions): Promise<void> {
    const next = { directory: absolutePath(directory), renamed: this.#data.renamed ?? new Map() }
    await this.#change(next, moved => storage.move(next.directory, { ...options, moved }))
  }

  /** Renames files, by index among all, to paths below the download folder. */
  async rename({ storage }: Content, renamed: FilePlace['renamed']): Promise<void> {
    const { directory } = this.#data
    const next = { directory, renamed: new Map([...(this.#data.renamed ?? []), ...renamed]) }
    await this.#change(next, async moved => {
      await storage.rename(renamed)
      await moved()
    })
  }

  /** Renames a folder: all its files get paths below `path`. Rejects with `not-found` if the torrent has no such folder. */
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

  /** `work` calls `moved` when the files are at the new place, before it deletes what is left at the old one. */
  async #change(next: FilePlace, work: (moved: () => Promise<void>) => Promise<void>): Promise<void> {
    const data = this.#data
    data.moving = next
    await this.#recorder?.changed()
    try {
      await work(async () => {
        // If a crash comes before copied files are deleted, the next session deletes them.
        data.moving = { directory: data.directory, renamed: data.renamed ?? new Map() }
        data.directory = next.directory
        data.renamed = next.renamed.size > 0 ? new Map(next.renamed) : null
        await this.#recorder?.changed()
      })
    } finally {
      if (data.moving) {
        data.moving = null
        await this.#recorder?.changed()
      }
    }
  }
}

/** Where a file is, below the download folder. */
export function currentPath(
  { renamed }: Pick<TorrentData, 'renamed'>,
  { layout }: Content,
  file: number,
): readonly string[] {
  return renamed?.get(file) ?? layout.files[file]!.path
}
