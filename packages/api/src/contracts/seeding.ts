import { z } from 'zod'
import { contract, setting } from '../contract.ts'

/** Seeding limits. */
export const SEEDING = contract({
  name: 'seeding',
  settings: {
    seeding: {
      ratioLimit: setting(z.number().min(0.01).max(10_000).nullable(), null, {
        title: 'Ratio limit',
        description: 'Sharing ends when so many times the size was uploaded. Empty: never.',
      }),
      timeLimitMinutes: setting(z.number().int().min(1).max(10_000_000).nullable(), null, {
        title: 'Time limit',
        description: 'Sharing ends after so many minutes. Empty: never.',
      }),
      action: setting(z.enum(['pause', 'remove', 'remove-with-data']), 'pause', {
        title: 'After that',
        description: 'What happens to a torrent that reached a limit.',
      }),
    },
  },
})
