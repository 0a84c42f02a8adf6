import type { NodeOperations, Settings } from '@shoal/api'
import { describeFailure } from '@shoal/daemon/failure'
import type { Clock } from '@shoal/torrent'
import { repeat } from '@shoal/torrent/base'
import type { Log } from '../kernel/log/log.ts'

const CHECK_MS = 15_000

export interface SeedingTorrent {
  readonly id: string
  readonly name: string
  /** Null while nothing has been transferred. */
  readonly ratio: number | null
  readonly seedingSeconds: number
  /** Null: from the settings; 0: never. */
  readonly ratioLimit: number | null
  readonly seedingTimeLimitMinutes: number | null
}

/** Returns the reason why seeding ends now, for users; null if it continues. */
export function seedingEnds(torrent: SeedingTorrent, settings: Settings['seeding']): string | null {
  const ratioLimit = torrent.ratioLimit ?? settings.ratioLimit ?? 0
  const minutes = torrent.seedingTimeLimitMinutes ?? settings.timeLimitMinutes ?? 0
  if (ratioLimit > 0 && torrent.ratio !== null && torrent.ratio >= ratioLimit)
    return `it was shared ${ratioLimit} times`
  if (minutes > 0 && torrent.seedingSeconds >= minutes * 60) return `it was shared for ${minutes} minutes`
  return null
}

export interface SeedingLimitsDeps {
  readonly clock: Clock
  readonly log: Log
  readonly operations: Pick<NodeOperations, 'actOnTorrents'>
  settings(): Settings
  /** The torrents that are seeding now. */
  seeding(): Iterable<SeedingTorrent>
}

/** Stops torrents that have reached their seeding limits. */
export class SeedingLimits {
  readonly #deps: SeedingLimitsDeps
  readonly #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()

  constructor(deps: SeedingLimitsDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#running = repeat(this.#deps.clock, CHECK_MS, this.#stop.signal, () => this.check())
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  /** Never rejects. */
  async check(): Promise<void> {
    const { settings, seeding, operations, log } = this.#deps
    const { seeding: limits } = settings()
    const ended = [...seeding()].flatMap(torrent => {
      const why = seedingEnds(torrent, limits)
      return why === null ? [] : [{ ...torrent, why }]
    })
    for (const { id, name, why } of ended) {
      try {
        await operations.actOnTorrents({ ids: [id], action: limits.action })
        log.info(`${name}: ${why}: ${DONE[limits.action]}`, { torrent: id })
      } catch (error) {
        log.warn(`${name}: ${why}, and it could not be stopped: ${describeFailure(error).message}`, {
          torrent: id,
        })
      }
    }
  }
}

const DONE: Record<Settings['seeding']['action'], string> = {
  pause: 'it is paused',
  remove: 'it is removed, its files stay',
  'remove-with-data': 'it is removed with its files',
}
