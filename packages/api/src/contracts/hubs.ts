import { z } from 'zod'
import { LISTING_CATEGORIES } from '../choices.ts'
import { contract, operation } from '../contract.ts'
import { withStatus } from '../errors.ts'
import { secretLink, TimeMs, TorrentId } from '../schemas/common.ts'
import { HubListing, HubSession, JoinedHub } from '../schemas/hub.ts'
import { SECRETS } from '../schemas/names.ts'

const Hub = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .meta({ description: 'Address, host or name of a hub that was joined' })
const Joined = z.object({ items: z.array(JoinedHub) })
const Sessions = z.object({ items: z.array(HubSession) })
/** The hub does not answer, refuses, or is not a hub. */
const HUB_ERRORS = {
  ...withStatus(409, 'ambiguous', 'conflict', 'full'),
  ...withStatus(429, 'too-many-requests'),
  ...withStatus(502, 'bad-answer', 'refused'),
  ...withStatus(503, 'unavailable'),
  ...withStatus(504, 'no-answer'),
}

/** Hubs of which the node's user is a member. The node logs in as one of the user's devices. */
export const HUBS = contract({
  name: 'hubs',
  operations: {
    listHubs: operation({
      method: 'GET',
      path: '/api/hubs',
      effect: 'read',
      area: 'hubs',
      summary: 'List the hubs that were joined, without asking them',
      input: z.object({}),
      output: Joined,
    }),
    joinHub: operation({
      method: 'POST',
      path: '/api/hubs',
      effect: 'write',
      area: 'hubs',
      summary:
        'Join a hub. `url`: its address, or the link of an invitation. `invitation`: its code or link, if the address has none. Who has an account there is logged in',
      input: z.object({
        url: secretLink(2048).trim().min(1),
        invitation: z.string().trim().min(1).max(2048).register(SECRETS, { isWhole: true }).optional(),
        /** The user's display name. Default: none. */
        name: z.string().trim().max(64).optional(),
      }),
      output: JoinedHub,
      errors: { ...HUB_ERRORS, ...withStatus(400, 'bad-argument') },
      idempotent: true,
    }),
    leaveHub: operation({
      method: 'DELETE',
      path: '/api/hubs/{hub}',
      effect: 'write',
      area: 'hubs',
      summary:
        'Forget a hub, and end the session of this node there. The account stays: the page of the hub deletes it',
      input: z.object({ hub: Hub }),
      output: Joined,
      errors: withStatus(409, 'ambiguous'),
    }),
    searchHub: operation({
      method: 'GET',
      path: '/api/hubs/{hub}/listings',
      effect: 'outside',
      area: 'hubs',
      summary: 'Search what the members of a hub have published, the newest first',
      input: z.object({
        hub: Hub,
        text: z.string().max(1024).default('').meta({
          description: 'All words of the title or description; the last one may be the beginning of a word',
        }),
        category: z.enum(LISTING_CATEGORIES).optional(),
        tag: z.string().min(1).max(64).optional(),
        cursor: z.string().max(100).optional().meta({ description: '`next` of the page before' }),
        limit: z.number().int().min(1).max(200).default(50),
      }),
      output: z.object({ items: z.array(HubListing), next: z.string().nullable() }),
      errors: HUB_ERRORS,
    }),
    publishAtHub: operation({
      method: 'POST',
      path: '/api/hubs/{hub}/listings',
      effect: 'write',
      area: 'hubs',
      summary:
        'Publish a torrent of the list (`torrent`), or any magnet or share link (`link`). A torrent of the list is then announced at the tracker of the hub, if that is not private',
      input: z.object({
        hub: Hub,
        torrent: TorrentId.optional(),
        link: secretLink(8192).trim().min(1).optional(),
        /** Default: the name of the torrent. */
        title: z.string().trim().min(1).max(256).optional(),
        category: z.enum(LISTING_CATEGORIES).default('other'),
        tags: z.array(z.string().trim().min(1).max(64)).max(16).default([]),
        /** Markdown. */
        description: z.string().max(65_536).default(''),
      }),
      output: HubListing,
      errors: {
        ...HUB_ERRORS,
        ...withStatus(400, 'bad-argument'),
        'no-metadata': { status: 409, field: 'torrent' },
      },
    }),
    listHubSessions: operation({
      method: 'GET',
      path: '/api/hubs/{hub}/sessions',
      effect: 'outside',
      area: 'hubs',
      summary: 'List all logins of the user at a hub, last used first',
      input: z.object({ hub: Hub }),
      output: Sessions,
      errors: HUB_ERRORS,
    }),
    endHubSession: operation({
      method: 'DELETE',
      path: '/api/hubs/{hub}/sessions/{session}',
      effect: 'write',
      area: 'hubs',
      summary:
        'End a login of the user at a hub. A device logs in again by itself: removing it from the device list ends that',
      input: z.object({ hub: Hub, session: z.string().min(1).max(64) }),
      output: Sessions,
      errors: HUB_ERRORS,
    }),
    inviteToHub: operation({
      method: 'POST',
      path: '/api/hubs/{hub}/invitations',
      effect: 'write',
      area: 'hubs',
      summary: 'Make the link of an invitation to a hub, which is shown once',
      input: z.object({
        hub: Hub,
        uses: z.number().int().min(1).max(10_000).default(1),
        days: z.number().int().min(1).max(365).default(7),
        note: z.string().trim().max(64).default(''),
      }),
      output: z.object({
        link: z.string().register(SECRETS, { isWhole: true }),
        uses: z.number().int(),
        expiresMs: TimeMs,
      }),
      errors: HUB_ERRORS,
    }),
  },
  events: {
    topics: {
      /** The list of joined hubs, or the state of one, changed. */
      hubs: [z.object({ type: z.literal('hubs') })],
    },
    invalidates: { hubs: ['listHubs'] },
  },
  commands: ['hub'],
})
