import { z } from 'zod'
import { contract, setting } from '../contract.ts'
import { SEEDING_FACET } from '../schemas/seeding.ts'

/** Seeding limits. */
export const SEEDING = contract({
  name: 'seeding',
  settings: {
    seeding: {
      ratioLimit: setting(z.number().min(0.01).max(10_000).nullable(), null, {
        title: 'Ratio limit',
        description:
          'Seeding stops when this ratio of uploaded to downloaded data is reached. Empty: no limit.',
      }),
      timeLimitMinutes: setting(z.number().int().min(1).max(10_000_000).nullable(), null, {
        title: 'Time limit',
        description: 'Seeding stops after this many minutes. Empty: no limit.',
      }),
      action: setting(z.enum(['pause', 'remove', 'remove-with-data']), 'pause', {
        title: 'When a limit is reached',
        description: 'What to do with a torrent that has reached a seeding limit.',
      }),
    },
  },
  facets: { torrent: SEEDING_FACET },
})
