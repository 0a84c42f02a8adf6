import { z } from 'zod'
import { contract, operation } from '../contract.ts'
import { withStatus } from '../errors.ts'
import { HostPath, Id, Name, Nothing } from '../schemas/common.ts'
import {
  Followed,
  KeepVersions,
  MutableLink,
  Publication,
  ShortHash,
  VersionNumber,
} from '../schemas/publication.ts'

/** Links to mutable torrents (BEP 46): those that you publish, and those that you follow. */
export const PUBLICATIONS = contract({
  name: 'publications',
  otherErrors: { 'bad-message': 'error of the link' },
  operations: {
    listPublications: operation({
      method: 'GET',
      path: '/api/publications',
      effect: 'read',
      area: 'publications',
      summary: 'List the links that you publish',
      input: z.object({}),
      output: z.object({ items: z.array(Publication) }),
    }),
    publish: operation({
      method: 'POST',
      path: '/api/publications',
      effect: 'write',
      area: 'publications',
      summary: 'Publish a version of a link, signed by its key (BEP 44, BEP 46)',
      input: z.object({
        name: Name,
        link: MutableLink,
        infoHash: ShortHash,
        version: VersionNumber,
        /** Ed25519, of the item of BEP 44. */
        signature: z.string().regex(/^[0-9a-fA-F]{128}$/, 'a signature has 128 hexadecimal digits'),
      }),
      output: Publication,
      errors: { ...withStatus(409, 'conflict'), 'bad-magnet': { status: 400, field: 'link' } },
      idempotent: true,
    }),
    findPublished: operation({
      method: 'GET',
      path: '/api/published',
      effect: 'outside',
      area: 'publications',
      summary: 'Look up the latest version of a link in the DHT',
      input: z.object({ link: MutableLink }),
      output: z.object({ version: z.string().nullable(), infoHash: z.string().nullable() }),
      errors: { ...withStatus(504, 'no-answer'), 'bad-magnet': { status: 400, field: 'link' } },
    }),
    unpublish: operation({
      method: 'DELETE',
      path: '/api/publications/{id}',
      effect: 'write',
      area: 'publications',
      summary: 'Stop publishing a link: the DHT forgets it after two hours',
      input: z.object({ id: Id }),
      output: Nothing,
    }),
    listFollowed: operation({
      method: 'GET',
      path: '/api/followed',
      effect: 'read',
      area: 'publications',
      summary: 'List the links that you follow',
      input: z.object({}),
      output: z.object({ items: z.array(Followed) }),
    }),
    follow: operation({
      method: 'POST',
      path: '/api/followed',
      effect: 'write',
      area: 'publications',
      summary: 'Follow a link: add its latest version, and each later one',
      input: z.object({
        link: MutableLink,
        name: Name.optional(),
        everyMinutes: Followed.shape.everyMinutes.default(60),
        keep: KeepVersions.default('all'),
        directory: HostPath.nullable().default(null),
        label: Name.nullable().default(null),
      }),
      output: Followed,
      errors: { ...withStatus(403, 'forbidden-path'), 'bad-magnet': { status: 400, field: 'link' } },
      idempotent: true,
    }),
    updateFollowed: operation({
      method: 'PATCH',
      path: '/api/followed/{id}',
      effect: 'write',
      area: 'publications',
      summary: 'Change how a link is followed',
      input: z.object({
        id: Id,
        name: Name.optional(),
        everyMinutes: Followed.shape.everyMinutes.optional(),
        keep: KeepVersions.optional(),
      }),
      output: Followed,
    }),
    checkFollowed: operation({
      method: 'POST',
      path: '/api/followed/{id}/check',
      effect: 'write',
      area: 'publications',
      summary: 'Look for a new version of a link now',
      input: z.object({ id: Id }),
      output: Followed,
      idempotent: true,
    }),
    unfollow: operation({
      method: 'DELETE',
      path: '/api/followed/{id}',
      effect: 'write',
      area: 'publications',
      summary: 'Stop following a link: its torrents stay',
      input: z.object({ id: Id }),
      output: Nothing,
    }),
  },
  events: {
    topics: {
      /** The published or followed links changed. */
      publications: [z.object({ type: z.literal('publications') })],
    },
    invalidates: { publications: ['listPublications', 'listFollowed'] },
  },
  commands: ['publish', 'follow'],
})
