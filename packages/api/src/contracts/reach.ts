import { z } from 'zod'
import { contract, operation } from '../contract.ts'
import { withStatus } from '../errors.ts'
import { SECRETS } from '../schemas/names.ts'
import { Reach } from '../schemas/reach.ts'

const Address = z
  .string()
  .max(500)
  .regex(
    /^(?:https?:\/\/[^\s/?#@]+\/?|[0-9a-f.:]+)$/i,
    'write an address as http://HOST:PORT, or an IP address of this machine',
  )

/** Reports who can reach the node, and lets others in. */
export const REACH = contract({
  name: 'reach',
  operations: {
    getReach: operation({
      method: 'GET',
      path: '/api/reach',
      effect: 'read',
      area: 'node',
      summary: 'Get who can reach the node, and whom its links work for',
      input: z.object({}),
      output: Reach,
    }),
    openUp: operation({
      method: 'POST',
      path: '/api/reach',
      effect: 'write',
      access: 'token',
      area: 'node',
      summary: 'Let others in: listen in the network, with a password for the console. Requires the token',
      input: z.object({
        username: z.string().min(1).max(255).optional().meta({ description: 'Default: `me`' }),
        password: z
          .string()
          .min(8, 'a password has at least 8 characters')
          .max(1024)
          .register(SECRETS, { isWhole: true })
          .optional()
          .meta({ description: 'Default: the present one, or a new random one' }),
        address: Address.optional().meta({
          description: 'An IP address of the machine to prefer, or the public address',
        }),
      }),
      output: Reach.extend({
        /** The random password, if one was generated. It cannot be retrieved again. */
        password: z.string().register(SECRETS, { isWhole: true }).nullable(),
      }),
      errors: {
        ...withStatus(400, 'bad-argument'),
        ...withStatus(403, 'forbidden'),
        ...withStatus(409, 'fixed', 'no-network', 'address-in-use'),
      },
    }),
    closeUp: operation({
      method: 'DELETE',
      path: '/api/reach',
      effect: 'write',
      evenIfFull: true,
      area: 'node',
      summary: 'Undo `openUp`: listen as before, and forget its password and public address',
      input: z.object({}),
      output: Reach,
      errors: withStatus(409, 'fixed'),
    }),
    setPassword: operation({
      method: 'PUT',
      path: '/api/access/password',
      effect: 'write',
      access: { tokenOrPassword: 'present' },
      bodyLimitBytes: 16 * 1024,
      area: 'access',
      summary:
        'Set, change or remove (`null`) user name and password of the console. Requires the token, or the present password. What the old ones opened ends, except the session that asks. `no-password`: other machines can reach the node, so that it needs one',
      input: z.object({
        username: z
          .string()
          .min(1)
          .max(255)
          .optional()
          .meta({ description: 'Default: the present one, or `me`' }),
        password: z
          .string()
          .min(8, 'a password has at least 8 characters')
          .max(1024)
          .register(SECRETS, { isWhole: true })
          .nullable(),
        present: z
          .string()
          .max(1024)
          .register(SECRETS, { isWhole: true })
          .optional()
          .meta({ description: 'Not needed with the token' }),
      }),
      output: Reach,
      errors: {
        ...withStatus(400, 'bad-argument'),
        ...withStatus(401, 'wrong-password'),
        ...withStatus(409, 'fixed', 'no-password'),
        ...withStatus(429, 'too-many-attempts'),
      },
    }),
    testReach: operation({
      method: 'POST',
      path: '/api/reach/test',
      effect: 'outside',
      area: 'node',
      summary:
        'Test the node’s addresses from its machine, and from outside, with the port for peers, if a hub is among the trackers for new torrents',
      input: z.object({}),
      output: Reach,
    }),
  },
  events: { invalidates: { settings: ['getReach'] } },
  commands: ['open-up', 'password'],
})
