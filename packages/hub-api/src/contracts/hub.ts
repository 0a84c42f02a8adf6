import { contract } from '@shoal/api/contract'
import { z } from 'zod'
import { hubOperation } from '../contract.ts'
import { HubInfo } from '../schemas/hub.ts'

/** The hub itself. */
export const HUB = contract({
  name: 'hub',
  operations: {
    getHub: hubOperation({
      access: 'open',
      isForOtherSites: true,
      method: 'GET',
      path: '/api/hub',
      effect: 'read',
      area: 'hub',
      summary: 'Get the name, key and addresses of the hub, and how to become a member',
      input: z.object({}),
      output: HubInfo,
    }),
  },
})
