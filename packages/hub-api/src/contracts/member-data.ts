import { contract } from '@shoal/api/contract'
import { withStatus } from '@shoal/api/errors'
import { z } from 'zod'
import { hubOperation } from '../contract.ts'
import { Did } from '../schemas/text.ts'

/** Export and deletion of everything that the hub stores about a member. */
export const MEMBER_DATA = contract({
  name: 'member-data',
  operations: {
    deleteMyData: hubOperation({
      method: 'POST',
      path: '/api/account/delete',
      effect: 'delete',
      area: 'accounts',
      summary:
        'Delete your account with everything that you wrote. It needs a login within the last ten minutes. The public log of moderators keeps your DID if it names it',
      access: 'member',
      input: z.object({ did: Did.meta({ description: 'Your own DID, as a confirmation' }) }),
      output: z.object({
        deleted: z.record(z.string(), z.number().int()).meta({ description: 'Deleted rows by table' }),
      }),
      errors: withStatus(403, 'stale-login', 'forbidden'),
      idempotent: true,
    }),
  },
})
