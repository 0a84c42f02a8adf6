import { absolutePath } from '#paths'
import { createResumeStore, lockFolder } from '#resume-store'
import { Turns } from '#turns'
import type { AddOptions } from '../api.ts'
import { ShoalError } from '../base/errors.ts'
import type { SessionOptions, TorrentSource } from '../session-api.ts'
import type { EngineContext } from './engine-context.ts'
import type { Environment } from './environment.ts'
import { mustBeOpen } from './must-be-open.ts'
import { choosePlace } from './placing.ts'
import type { Registry } from './registry.ts'
import { Restorer } from './restorer.ts'
import { readSource } from './sources.ts'
import { type TorrentOrigin, type TorrentPlace, withRecorded } from './torrent/origin.ts'
import { Torrent } from './torrent/torrent.ts'
import { SessionHooks } from './torrent-hooks.ts'

export interface SessionTorrentsOptions {
  readonly context: EngineContext
  readonly registry: Registry
  readonly environment: Environment
  readonly options: SessionOptions
  /** Aborts when the session closes. */
  readonly signal: AbortSignal
}

/** Adds torrents to a session: restored ones and new ones. */
export class SessionTorrents {
  /** Folder for torrents without one of their own. */
  directory: string
  readonly #options: SessionTorrentsOptions
  #restorer: Restorer | null = null
  #unlock: (() => Promise<void>) | null = null

  constructor(options: SessionTorrentsOptions) {
    this.#options = options
    this.directory = options.options.directory ?? '.'
  }

  /** Messages about records that were damaged or could not be used. */
  get problems(): readonly string[] {
    return this.#restorer?.problems ?? []
  }

  /** Opens the records of earlier runs. Rejects if the state folder cannot be used. */
  async openRecords(): Promise<void> {
    const { context, options } = this.#options
    const { stateDirectory, resumeStore, restore } = options
    // A session that restores all records owns them; sessions that use single records may share the
    // folder.
    if (stateDirectory && restore !== false) this.#unlock = await lockFolder(stateDirectory)
    context.resume = resumeStore ?? (stateDirectory ? createResumeStore(stateDirectory) : null)
  }

  /** Starts the recorded torrents, or reads the records for torrents that are added later. */
  async restore(): Promise<void> {
    const { context, registry, options, signal } = this.#options
    if (!context.resume) return
    const restorer = new Restorer(context.resume, new Turns(context.clock))
    this.#restorer = restorer
    if (options.restore === false) return restorer.read()
    for await (const restored of restorer.each()) {
      const isMoving = restored.place.progress?.moving !== undefined
      const { origin, place } = isMoving ? await restorer.settle(restored, signal) : restored
      const torrent = this.#create(origin, place)
      if (torrent && !place.progress?.paused) torrent.start()
    }
    registry.sort((a, b) => a.addedMs - b.addedMs)
    void glanceAt(registry.torrents, signal)
  }

  /** See `SessionApi`. */
  async add(source: TorrentSource, options: AddOptions = {}): Promise<Torrent> {
    const { context, registry, environment, signal } = this.#options
    const { userAgent, clock } = context
    const { httpGet } = environment
    mustBeOpen(signal)
    const origin = await readSource(source, options, { userAgent, clock, httpGet, signal })
    mustBeOpen(signal)
    const known = registry.findAny(origin.infoHashes)
    if (known) {
      known.merge(origin)
      return known
    }
    const restorer = this.#restorer
    let recorded = restorer?.take(origin)
    if (recorded?.place.progress?.moving) recorded = await restorer?.settle(recorded, signal)
    mustBeOpen(signal)
    const given = options.directory === undefined ? {} : { directory: absolutePath(options.directory) }
    const directory = absolutePath(this.directory)
    const place = choosePlace({ ...options, ...given }, recorded?.place, directory, origin.metainfo)
    const torrent = this.#create(recorded ? withRecorded(origin, recorded.origin) : origin, place)
    if (!torrent)
      throw new ShoalError('bad-argument', 'This torrent has already been added under its other info hash')
    // The user requests the files now, even if those of an earlier run are missing.
    if (!options.paused) torrent.start({ accepted: true })
    return torrent
  }

  #create(origin: TorrentOrigin, place: TorrentPlace): Torrent | null {
    const { context, registry } = this.#options
    const hooks = new SessionHooks(registry, context.active)
    const torrent = new Torrent(context, hooks, origin, place)
    hooks.torrent = torrent
    if (!registry.add(torrent)) return null
    torrent.phases.places.claimRecorded()
    return torrent
  }

  /** Lets other sessions use the state folder. */
  async close(): Promise<void> {
    await this.#unlock?.()
  }
}

/**
 * Checks the files of restored torrents that do not run: nothing else would notice that they are
 * missing.
 */
async function glanceAt(torrents: readonly Torrent[], signal: AbortSignal): Promise<void> {
  for (const torrent of torrents) if (!signal.aborted) await torrent.phases.places.glance()
}
