/** Keeps the file up to date that tells other programs of this user which paths the node holds. */
import { lstat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { type HeldAs, readHeldPaths, realFolder, writeHeldPaths } from '../../base/files/held-paths.ts'
import type { Log } from '../kernel/log/log.ts'
import type { ManagedTorrent } from './managed-torrent.ts'
import type { Torrents } from './service.ts'

/** Pause between two writes, while many torrents change. It grows with their number, so that most of the time is left for other work. */
const PAUSE_MS = 250
const PAUSE_FACTOR = 10
/** Torrents that are examined before other work runs. */
const TORRENTS_AT_ONCE = 100

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
  /** As they were last written. */
  as: HeldAs | null
  original: string | null
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
  #endPause = () => {}
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
      torrents.registry.listen({
        onChanged: torrent => {
          if (this.#isWrong(torrent)) stale()
        },
        onListed: stale,
        onUnlisted: stale,
      }),
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
    this.#endPause()
    await this.#work
  }

  async #catchUp(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false
      const startedMs = performance.now()
      try {
        await this.#write()
      } catch (error) {
        this.#context.log.warn(`shoal share cannot see what this node manages: ${(error as Error).message}`)
        return
      }
      const pauseMs = Math.max(PAUSE_MS, PAUSE_FACTOR * (performance.now() - startedMs))
      if (this.#isStale && !this.#closed) await this.#pause(pauseMs)
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, ms)
      this.#endPause = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async #write(): Promise<void> {
    const { registry } = this.#context.torrents
    const paths = new Map<string, HeldAs>()
    for (const path of this.#left)
      if (await lstat(path).then(Boolean, () => false)) paths.set(path, 'unfinished')
      else this.#left.delete(path)
    for (const [at, torrent] of [...registry.listed(), ...registry.removed()].entries()) {
      if (at % TORRENTS_AT_ONCE === 0) await new Promise(setImmediate)
      if (registry.find(torrent.id) !== torrent) continue
      const tops = await this.#topsOf(torrent)
      tops.as = heldAs(torrent)
      tops.original = torrent.seal?.original ?? null
      for (const path of tops.paths) {
        paths.set(path, tops.as)
        // Once it is complete, it is an ordinary file even after its torrent is removed.
        this.#left.delete(path)
      }
      if (tops.original) paths.set(tops.original, 'sealed')
    }
    const text = JSON.stringify([...paths])
    if (text === this.#written) return
    await writeHeldPaths(this.#context.dataDir, paths)
    this.#written = text
  }

  /** Whether a changed torrent is held in another way than the file says. Most changes are of numbers, such as how long it has been seeding. */
  #isWrong(torrent: ManagedTorrent): boolean {
    const { directory, metainfo } = torrent.api
    const known = this.#tops.get(torrent)
    if (known?.directory !== directory || known.hasFiles !== (metainfo !== null)) return true
    return known.as !== heldAs(torrent) || known.original !== (torrent.seal?.original ?? null)
  }

  async #topsOf(torrent: ManagedTorrent): Promise<Tops> {
    const { directory, metainfo } = torrent.api
    const known = this.#tops.get(torrent)
    const hasFiles = metainfo !== null
    if (known?.directory === directory && known.hasFiles === hasFiles) return known
    const folder = await this.#realFolder(directory)
    const paths = hasFiles ? topNames(torrent).map(name => join(folder, name)) : []
    const tops: Tops = { directory, hasFiles, paths, as: null, original: null }
    this.#tops.set(torrent, tops)
    return tops
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
