import { SEEDING } from '@shoal/api'
import type { Database } from '@shoal/daemon/database'
import { FacetTable, type ManagedTorrent, type Torrents } from '../torrents/service.ts'

const { torrent: FACET } = SEEDING.facets
type Limits = typeof FACET.none

/** Seeding limits of individual torrents. */
export class OwnLimits {
  readonly #table: FacetTable<Limits>

  constructor(parts: { readonly database: Database; readonly torrents: Torrents }) {
    this.#table = new FacetTable<Limits>(parts, 'seeding_limits', {
      ratioLimit: 'ratio_limit',
      seedingTimeLimitMinutes: 'seeding_time_limit_minutes',
    })
    parts.torrents.registry.facets.add({
      facet: FACET,
      detail: torrent => this.of(torrent),
      take: (torrents, given, isFresh) => {
        const applies = torrents.map(torrent => {
          const limits = { ...(isFresh ? FACET.none : this.of(torrent)), ...given }
          const isNone = limits.ratioLimit === null && limits.seedingTimeLimitMinutes === null
          return this.#table.store(torrent, isNone ? null : limits)
        })
        return () => {
          for (const apply of applies) apply()
        }
      },
    })
  }

  of(torrent: ManagedTorrent): Limits {
    return this.#table.read(torrent) ?? FACET.none
  }
}
