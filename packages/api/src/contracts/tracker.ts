import { z } from 'zod'
import { contract, setting } from '../contract.ts'

/** The node’s own tracker. */
export const TRACKER = contract({
  name: 'tracker',
  settings: {
    network: {
      ownTracker: setting(z.boolean(), true, {
        title: 'Tracker of its own',
        description:
          'Brings peers together at /announce of the node’s own address, so that a share works with nothing else on the network.',
      }),
    },
  },
})
