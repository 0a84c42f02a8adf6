/** Maintains the file that lists the paths that the node holds, for the user's other programs. */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { type HeldAs, readHeldPaths, realFolder, writeHeldPaths } from '../../base/files/held-paths.ts'
import { topNames } from '../../base/files/top-names.ts'
import type { Log } from '../kernel/log/log.ts'
import type { ManagedTorrent } from './records/managed-torrent.ts'
import type { Torrents } from './service.ts'

/** Minimum pause between two writes: shorter than `shoal share` waits for a new file to settle. */
const PAUSE_MS = 1000
/** Torrents that are examined before other work runs. */
const AT_ONCE = 50

export interface HeldPathsContext {
  readonly dataDir: string
  readonly torrents: Pick<Torrents, 'registry' | 'watch'>
  readonly log: Log
}

/** The paths of a torrent, and what they were computed from. */
interface Held {
  readonly directory: string
  readonly hasFiles: boolean
  readonly paths: readonly string[]
  readonly as: HeldAs
  /** Path that was sealed. */
  readonly original: string | null
}

export class HeldPathsKeeper {
  readonly #context: HeldPathsContext
  readonly #held = new Map<ManagedTorrent, Held>()
  readonly #stale = new Set<ManagedTorrent>()
  /** Unfinished files of torrents that are no longer in the list. */
  readonly #left = new Set<string>()
  readonly #folders = new Map<string, Promise<string>>()
  #stops: (() => void)[] = []
  #work: Promise<void> | null = null
  #isStale = false
  readonly #closing = new AbortController()
  #written = ''

  constructor(context: HeldPathsContext) {
    this.#context = context
  }

  /** Call it when the torrents are restored. */
  async start(): Promise<void> {
    const { dataDir, torrents } = this.#context
    for (const [path, as] of await readHeldPaths(dataDir)) if (as === 'unfinished') this.#left.add(path)
    const { registry } = torrents
    const look = (torrent: ManagedTorrent) => {
      this.#stale.add(torrent)
      this.#refresh()
    }
    this.#stops = [
      // A removed torrent that can be restored still holds its files.
      registry.listen({
        onChanged: torrent => {
          if (this.#isWrong(torrent)) look(torrent)
        },
        onListed: look,
        onUnlisted() {},
      }),
      torrents.watch({
        onMetadata: look,
        onComplete: look,
        onRenamed: torrent => {
          this.#held.delete(torrent)
          look(torrent)
        },
        onForgotten: torrent => this.#forget(torrent),
      }),
    ]
    for (const torrent of [...registry.listed(), ...registry.removed()]) this.#stale.add(torrent)
    this.#refresh()
  }

  /** Rewrites the file if it is out of date. */
  #refresh(): void {
    this.#isStale = true
    this.#work ??= this.#catchUp().finally(() => {
      this.#work = null
      if (this.#isStale && !this.#closing.signal.aborted) this.#refresh()
    })
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop()
    this.#closing.abort()
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
      if (this.#isStale) await setTimeout(PAUSE_MS, null, { signal: this.#closing.signal }).catch(() => {})
    }
  }

  async #write(): Promise<void> {
    await this.#examine()
    const paths = new Map<string, HeldAs>()
    for (const path of this.#left)
      if (await lstat(path).then(Boolean, () => false)) paths.set(path, 'unfinished')
      else this.#left.delete(path)
    for (const held of this.#held.values()) {
      for (const path of held.paths) paths.set(path, held.as)
      if (held.original !== null) paths.set(held.original, 'sealed')
    }
    const text = JSON.stringify([...paths])
    if (text === this.#written) return
    await writeHeldPaths(this.#context.dataDir, paths)
    this.#written = text
  }

  async #examine(): Promise<void> {
    let count = 0
    for (const torrent of this.#stale) {
      this.#stale.delete(torrent)
      const held = await this.#holdOf(torrent)
      // It may have been deleted in the meantime.
      if (this.#context.torrents.registry.find(torrent.id) !== torrent) continue
      this.#held.set(torrent, held)
      // Once it is complete, it is an ordinary file even after its torrent is removed.
      for (const path of held.paths) this.#left.delete(path)
      if (++count % AT_ONCE === 0) await setImmediate()
    }
  }

  async #holdOf(torrent: ManagedTorrent): Promise<Held> {
    const { directory, metainfo } = torrent.api
    const known = this.#held.get(torrent)
    const hasFiles = metainfo !== null
    const now = { directory, hasFiles, as: heldAs(torrent), original: torrent.seal?.original ?? null }
    if (known?.directory === directory && known.hasFiles === hasFiles) return { ...known, ...now }
    const folder = await this.#realFolder(directory)
    const paths = hasFiles ? topNames(torrent.api).map(name => join(folder, name)) : []
    return { ...now, paths }
  }

  #isWrong(torrent: ManagedTorrent): boolean {
    const held = this.#held.get(torrent)
    return (
      held?.directory !== torrent.api.directory ||
      held.hasFiles !== (torrent.api.metainfo !== null) ||
      held.as !== heldAs(torrent) ||
      held.original !== (torrent.seal?.original ?? null)
    )
  }

  #realFolder(directory: string): Promise<string> {
    const known = this.#folders.get(directory) ?? realFolder(directory)
    this.#folders.set(directory, known)
    return known
  }

  #forget(torrent: ManagedTorrent): void {
    const held = this.#held.get(torrent)
    this.#held.delete(torrent)
    this.#stale.delete(torrent)
    if (held?.as === 'unfinished' && !torrent.row.deleteData)
      for (const path of held.paths) this.#left.add(path)
    this.#refresh()
  }
}

function heldAs({ api, sealed }: ManagedTorrent): HeldAs {
  if (sealed) return 'sealed'
  return api.metainfo !== null && api.stats.haveBytes >= api.metainfo.info.lengthBytes
    ? 'managed'
    : 'unfinished'
}
