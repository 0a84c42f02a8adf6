import { z } from 'zod'
import { contract, setting } from '../contract.ts'

/** The built-in tracker. */
export const TRACKER = contract({
  name: 'tracker',
  settings: {
    network: {
      ownTracker: setting(z.boolean(), true, {
        title: 'Built-in tracker',
        description:
          'Runs a tracker at /announce of this node’s address, so that sharing needs no other server.',
      }),
    },
  },
})
