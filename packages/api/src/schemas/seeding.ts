import { z } from 'zod'
import { torrentFacet } from '../facet.ts'

const Limit = z.number().min(0).nullable()

/**
 * The seeding limits of a torrent: a ratio, and minutes of seeding. Null: as configured. 0: no
 * limit.
 */
export const SEEDING_FACET = torrentFacet({
  detail: { ratioLimit: Limit, seedingTimeLimitMinutes: Limit },
  input: { ratioLimit: Limit.optional(), seedingTimeLimitMinutes: Limit.optional() },
  none: { ratioLimit: null, seedingTimeLimitMinutes: null },
})
