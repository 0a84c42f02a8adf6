import { contract } from '@shoal/api/contract'
import { z } from 'zod'
import { hubOperation } from '../contract.ts'
import { NewTrackerKey, TrackerAccount, TrackerTotals } from '../schemas/tracker-keys.ts'

/** The passkeys with which members announce to the tracker, and their peers' transfer totals. */
export const TRACKER_KEYS = contract({
  name: 'tracker-keys',
  operations: {
    getTrackerAccount: hubOperation({
      access: 'member',
      method: 'GET',
      path: '/api/tracker/account',
      effect: 'read',
      area: 'tracker',
      summary: 'Get your announce URLs, and what your peers uploaded and downloaded',
      input: z.object({}),
      output: TrackerAccount,
    }),
    renewTrackerKey: hubOperation({
      access: 'member',
      method: 'POST',
      path: '/api/tracker/key',
      effect: 'delete',
      area: 'tracker',
      summary: 'Get a passkey for your announces; the one before is refused from then on',
      input: z.object({}),
      output: NewTrackerKey,
    }),
    listTrackerTotals: hubOperation({
      access: 'admin',
      method: 'GET',
      path: '/api/tracker/totals',
      effect: 'read',
      area: 'tracker',
      summary: 'List what the peers of each account uploaded and downloaded',
      input: z.object({
        after: z.string().optional(),
        limit: z.number().int().min(1).max(1000).default(100),
      }),
      output: TrackerTotals,
    }),
  },
})
