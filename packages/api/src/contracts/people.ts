import { z } from 'zod'
import { contract, operation, setting } from '../contract.ts'
import { Bytes } from '../schemas/common.ts'
import { NetworkKeyText, Person, Refusals } from '../schemas/people.ts'

/** Other Shoal nodes that were recognized in swarms: what they gave and took, and how far they are trusted. */
export const PEOPLE = contract({
  name: 'people',
  operations: {
    listPeople: operation({
      method: 'GET',
      path: '/api/people',
      area: 'people',
      summary:
        'List the Shoal peers that were recognized, last seen first, with their reputation and its reasons',
      input: z.object({ limit: z.number().int().min(1).max(1000).default(100) }),
      output: z.object({
        /** This node's own network key; null while it recognizes nobody. */
        ownKey: NetworkKeyText.nullable(),
        items: z.array(Person),
        refused: Refusals,
      }),
    }),
  },
  settings: {
    network: {
      recognizePeers: setting(z.boolean(), true, {
        title: 'Recognize Shoal peers',
        description:
          'Proves this node’s network key to other Shoal peers, encrypted, and remembers what they gave and took. Peers in good standing are preferred. Never behind a strict proxy.',
      }),
      paymentAfterMiB: setting(z.number().int().min(1).max(1_000_000_000).nullable(), null, {
        title: 'Report payments after (MiB)',
        description:
          'Sends the event payment-required when so much verified data was taken from a Shoal peer, and when the download ends. Nothing is paid. Empty: no events.',
      }),
      paymentAfterMinutes: setting(z.number().int().min(1).max(10_000_000).nullable(), 60, {
        title: 'Report payments at the latest after',
        description: 'Minutes after which the event is sent for less data, too. Empty: no limit.',
      }),
    },
  },
  events: {
    topics: ['people'],
    types: [
      /** The list of Shoal peers changed: ask for it again. At most once in five seconds. */
      z.object({ type: z.literal('people') }),
      /** Verified data was taken from a Shoal peer. `bytes`: since the last event about this peer and torrent. */
      z.object({
        type: z.literal('payment-required'),
        peer: NetworkKeyText,
        /** The address that the peer named for payments, unchecked. */
        wallet: z.string().nullable(),
        bytes: Bytes,
        /** Info hash: v1, or the first 20 bytes of v2. */
        torrent: z.string(),
      }),
    ],
  },
})
