import { z } from 'zod'
import { Name, TimeMs, TorrentId, Untrusted } from './common.ts'
import { ANSWERS } from './names.ts'

const License = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .meta({ description: 'An SPDX identifier, such as `CC-BY-4.0`, or a name' })
const Language = z
  .string()
  .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'write a language as `en` or `de-AT`')
  .max(35)
  .meta({ description: 'A language tag (BCP 47), such as `en`' })

/** Description of a share for search. */
export const Findability = z.object({
  findable: z.boolean().optional().meta({
    description:
      'Whether others find it by search in the Shoal network. Default: the setting `shoal.findable`. Never private torrents and sealed shares',
  }),
  license: License.optional(),
  language: Language.optional(),
})

export const MakeFindable = z.object({
  id: TorrentId,
  title: Name.optional().meta({ description: 'Default: the name of the torrent' }),
  tags: z
    .array(z.string().trim().min(1).max(64))
    .max(8)
    .optional()
    .meta({ description: 'Default: label and tags of the torrent' }),
  license: License.optional(),
  language: Language.optional(),
})

/** A torrent published for search. */
export const FindableTorrent = z
  .object({
    id: TorrentId,
    name: Untrusted,
    /** Content ID. */
    cid: z.string(),
    title: Untrusted,
    tags: z.array(z.string()),
    license: z.string().nullable(),
    language: z.string().nullable(),
    publishedMs: TimeMs,
    /** When the signature expires. The node renews it long before. Null while nothing is signed. */
    expiresMs: TimeMs.nullable(),
    /** When index nodes last took the description, and how many. Null: not yet. */
    announcedMs: TimeMs.nullable(),
    nodes: z.number().int().min(0),
    /** Why it cannot be found, and the remedy. */
    problem: z.string().nullable(),
  })
  .register(ANSWERS, { id: 'FindableTorrent' })
export type FindableTorrent = z.infer<typeof FindableTorrent>

/** The key that signs this node's entries for search. */
export const PublisherIdentity = z.object({
  /** `did:key:z6Mk…`. Null until something is published. */
  did: z.string().nullable(),
  /** Why it cannot sign, and the remedy. */
  problem: z.string().nullable(),
})
