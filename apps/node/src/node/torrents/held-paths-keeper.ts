/** Keeps the file up to date that tells other programs of this user which paths the node holds. */
import { lstat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { type HeldAs, readHeldPaths, realFolder, writeHeldPaths } from '../../base/files/held-paths.ts'
import type { Log } from '../kernel/log/log.ts'
import type { ManagedTorrent } from './managed-torrent.ts'
import type { Torrents } from './service.ts'

/** Pause between two writes, while many torrents change. */
const PAUSE_MS = 250

export interface HeldPathsContext {
  readonly dataDir: string
  readonly torrents: Pick<Torrents, 'registry' | 'watch'>
  readonly log: Log
}

/** Names of a torrent in its folder, and what they were computed from. */
interface Tops {
  readonly directory: string
  readonly hasFiles: boolean
  readonly paths: readonly string[]
}

export class HeldPathsKeeper {
  readonly #context: HeldPathsContext
  readonly #tops = new Map<ManagedTorrent, Tops>()
  /** Unfinished files of torrents that are no longer in the list. */
  readonly #left = new Set<string>()
  readonly #folders = new Map<string, Promise<string>>()
  #stops: (() => void)[] = []
  #work: Promise<void> | null = null
  #isStale = false
  #closed = false
  #written = ''

  constructor(context: HeldPathsContext) {
    this.#context = context
  }

  /** Call it when the torrents are restored. */
  async start(): Promise<void> {
    const { dataDir, torrents } = this.#context
    for (const [path, as] of await readHeldPaths(dataDir)) if (as === 'unfinished') this.#left.add(path)
    const stale = () => this.refresh()
    this.#stops = [
      torrents.registry.listen({ onChanged: stale, onListed: stale, onUnlisted: stale }),
      torrents.watch({
        onMetadata: stale,
        onComplete: stale,
        onRenamed: torrent => {
          this.#tops.delete(torrent)
          stale()
        },
        onForgotten: torrent => this.#forget(torrent),
      }),
    ]
    this.refresh()
    await this.#work
  }

  /** Writes the file again if it is no longer right. */
  refresh(): void {
    this.#isStale = true
    this.#work ??= this.#catchUp().finally(() => {
      this.#work = null
    })
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop()
    this.#closed = true
    await this.#work
  }

  async #catchUp(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false
      try {
        await this.#write()
      } catch (error) {
        this.#context.log.warn(`shoal share cannot see what this node manages: ${(error as Error).message}`)
        return
      }
      if (this.#isStale && !this.#closed) await new Promise(resolve => setTimeout(resolve, PAUSE_MS))
    }
  }

  async #write(): Promise<void> {
    const { registry } = this.#context.torrents
    const paths = new Map<string, HeldAs>()
    for (const path of this.#left)
      if (await lstat(path).then(Boolean, () => false)) paths.set(path, 'unfinished')
      else this.#left.delete(path)
    for (const torrent of [...registry.listed(), ...registry.removed()]) {
      const as = heldAs(torrent)
      for (const path of await this.#pathsOf(torrent)) {
        paths.set(path, as)
        // Once it is complete, it is an ordinary file even after its torrent is removed.
        this.#left.delete(path)
      }
      const original = torrent.seal?.original
      if (original) paths.set(original, 'sealed')
    }
    const text = JSON.stringify([...paths])
    if (text === this.#written) return
    await writeHeldPaths(this.#context.dataDir, paths)
    this.#written = text
  }

  async #pathsOf(torrent: ManagedTorrent): Promise<readonly string[]> {
    const { directory, metainfo } = torrent.api
    const known = this.#tops.get(torrent)
    const hasFiles = metainfo !== null
    if (known?.directory === directory && known.hasFiles === hasFiles) return known.paths
    const folder = await this.#realFolder(directory)
    const paths = hasFiles ? topNames(torrent).map(name => join(folder, name)) : []
    this.#tops.set(torrent, { directory, hasFiles, paths })
    return paths
  }

  #realFolder(directory: string): Promise<string> {
    const known = this.#folders.get(directory) ?? realFolder(directory)
    this.#folders.set(directory, known)
    return known
  }

  #forget(torrent: ManagedTorrent): void {
    const paths = this.#tops.get(torrent)?.paths ?? []
    this.#tops.delete(torrent)
    if (heldAs(torrent) === 'unfinished' && !torrent.row.deleteData)
      for (const path of paths) this.#left.add(path)
    this.refresh()
  }
}

function heldAs({ api, sealed }: ManagedTorrent): HeldAs {
  if (sealed) return 'sealed'
  return api.metainfo !== null && api.stats.haveBytes >= api.metainfo.info.lengthBytes
    ? 'managed'
    : 'unfinished'
}

/** Names of the files and folders of a torrent in its folder. They can differ from its own name. */
function topNames({ api }: ManagedTorrent): string[] {
  const { directory, files, name } = api
  const tops = new Set(
    files.flatMap(({ diskPath }) =>
      diskPath === null ? [] : [relative(directory, diskPath).split(sep)[0]!],
    ),
  )
  tops.delete('..')
  return tops.size > 0 ? [...tops] : [name]
}
