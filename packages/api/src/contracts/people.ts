import { z } from 'zod'
import { contract, operation, setting } from '../contract.ts'
import { withStatus } from '../errors.ts'
import { Bytes, Nothing, Untrusted } from '../schemas/common.ts'
import { BlockedPublisher, DidText, NetworkKeyText, Person, Refusals } from '../schemas/people.ts'

/** Shoal nodes that were recognized in swarms: their transfers, and how far they are trusted. */
export const PEOPLE = contract({
  name: 'people',
  operations: {
    listPeople: operation({
      method: 'GET',
      path: '/api/people',
      effect: 'read',
      area: 'people',
      summary:
        'List the Shoal peers that were recognized, contacts first, then last seen first, with their reputation and its reasons',
      input: z.object({ limit: z.number().int().min(1).max(1000).default(100) }),
      output: z.object({
        /** This node's own network key; null while recognition is off. */
        ownKey: NetworkKeyText.nullable(),
        /**
         * The did:key of this node's user, which can be shown to contacts; null until it is
         * created.
         */
        ownDid: z.string().nullable(),
        items: z.array(Person),
        refused: Refusals,
      }),
    }),
    updatePerson: operation({
      method: 'PATCH',
      path: '/api/people/{key}',
      effect: 'write',
      area: 'people',
      summary:
        'Name a Shoal peer, or show it your did:key (`showDid`): it is sent a certificate for its eyes only, until you withdraw that or a network key or your key is replaced',
      input: z.object({
        key: NetworkKeyText,
        /** Null removes the name. */
        name: z.string().trim().min(1).max(60).nullable().optional(),
        showDid: z.boolean().optional(),
      }),
      output: Person,
      errors: { ...withStatus(409, 'locked'), ...withStatus(502, 'refused') },
      idempotent: true,
    }),
    listBlocked: operation({
      method: 'GET',
      path: '/api/publishers/blocked',
      effect: 'read',
      area: 'people',
      summary: 'List the publishers that are blocked, last blocked first',
      input: z.object({}),
      output: z.object({ items: z.array(BlockedPublisher) }),
    }),
    blockPublisher: operation({
      method: 'PUT',
      path: '/api/publishers/blocked/{did}',
      effect: 'write',
      area: 'people',
      summary: 'Block a publisher: searches show no entry that this key signed',
      input: z.object({ did: DidText, note: z.string().trim().max(200).optional() }),
      output: BlockedPublisher,
      errors: { ...withStatus(400, 'bad-argument'), ...withStatus(502, 'refused') },
      idempotent: true,
    }),
    unblockPublisher: operation({
      method: 'DELETE',
      path: '/api/publishers/blocked/{did}',
      effect: 'write',
      area: 'people',
      summary: 'Unblock a publisher',
      input: z.object({ did: DidText }),
      output: Nothing,
      errors: withStatus(400, 'bad-argument'),
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
        title: 'Event for payment programs after (MiB)',
        description:
          'For programs of yours that pay peers; Shoal itself never pays. They get the event payment-required when so much verified data was taken from a Shoal peer, and when the download ends. Empty: no events.',
      }),
      paymentAfterMinutes: setting(z.number().int().min(1).max(10_000_000).nullable(), 60, {
        title: 'Event for payment programs at the latest after',
        description: 'Minutes after which the event is sent for less data, too. Empty: no limit.',
      }),
    },
  },
  events: {
    topics: {
      people: [
        /**
         * The Shoal peers, contacts or blocked publishers changed. At most once in five seconds for
         * activity of peers.
         */
        z.object({ type: z.literal('people') }),
        /**
         * Verified data was received from a Shoal peer. `bytes`: since the last event about this
         * peer and torrent.
         */
        z.object({
          type: z.literal('payment-required'),
          peer: NetworkKeyText,
          /** The peer's address for payments, unchecked. */
          wallet: Untrusted.nullable(),
          bytes: Bytes,
          /** Info hash: v1, or the first 20 bytes of v2. */
          torrent: z.string(),
        }),
      ],
    },
    invalidates: { people: ['listPeople', 'listBlocked'] },
  },
  commands: ['people'],
})
