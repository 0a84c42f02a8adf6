import { SECRETS, UNTRUSTED, Untrusted } from '@shoal/api'
import { z } from 'zod'
import { CATEGORIES, MAX_TAGS } from '../choices.ts'
import { Author, label, TimeMs, utf8 } from './text.ts'

const InfoHash = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`))

/** The members of a listing that its author writes. */
export const ListingText = z.object({
  title: utf8(1, 256).regex(/\S/, 'must not be blank').register(UNTRUSTED, { isUntrusted: true }),
  category: z.enum(CATEGORIES),
  tags: z.array(label(64).register(UNTRUSTED, { isUntrusted: true })).max(MAX_TAGS),
  /** Markdown. Stored and delivered as written: clients have to sanitize it. */
  description: utf8(0, 65_536).register(UNTRUSTED, { isUntrusted: true }),
  /**
   * Magnet link, with an info hash or the key of a mutable torrent (BEP 46); or share link,
   * `https://host/#…`, with an address.
   */
  link: utf8(1, 8192).register(UNTRUSTED, { isUntrusted: true }).register(SECRETS, { isWhole: false }),
  /** Total size of the shared files. */
  sizeBytes: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  /** Number of shared files; null if unknown. */
  fileCount: z.number().int().min(1).max(10_000_000).nullable(),
})

/** A listing without its description, as in lists. */
export const ListingSummary = ListingText.omit({ description: true }).extend({
  id: z.string(),
  category: z.string(),
  /**
   * `sealed`: readable only by its recipients, or with its key or passphrase. `published`: a link
   * whose torrent can be replaced.
   */
  kind: z.enum(['open', 'sealed', 'published']),
  /** In lower-case hex. Both are null if `kind` is `published`. */
  infoHashV1: InfoHash(40).nullable(),
  infoHashV2: InfoHash(64).nullable(),
  author: Author,
  createdMs: TimeMs,
  changedMs: TimeMs,
  /**
   * Reason given by the moderators who hid it; null if it is visible to everyone. Only moderators
   * and the author receive hidden listings.
   */
  hidden: Untrusted.nullable(),
  /** Number of comments. */
  comments: z.number().int().min(0),
  /**
   * Names of its thumbnails: `/api/listings/{id}/thumbnails/{name}`. Their content never changes.
   */
  thumbnails: z.array(z.string()),
  /** Whether `/api/listings/{id}/torrent` has a `.torrent`. */
  hasTorrent: z.boolean(),
  /** Peers known to the hub's own tracker. */
  seeders: z.number().int().min(0),
  leechers: z.number().int().min(0),
})
export type ListingSummary = z.infer<typeof ListingSummary>

export const Listing = ListingSummary.extend({ description: Untrusted })
export type Listing = z.infer<typeof Listing>

/** Limits a list to the listings that match all of these. */
export const ListingFilter = z.object({
  text: utf8(0, 1024).optional().meta({
    description:
      'All words of the title or description, without case and diacritics; the last one may be the beginning of a word',
  }),
  category: z.enum(CATEGORIES).optional(),
  tag: label(64).optional(),
  author: utf8(5, 256).startsWith('did:').optional().meta({ description: 'A DID' }),
})

export const Comment = z.object({
  id: z.string(),
  author: Author,
  /** Markdown. Delivered as written: clients have to sanitize it. */
  text: Untrusted,
  createdMs: TimeMs,
  /** Null if it was never changed. */
  changedMs: TimeMs.nullable(),
  /**
   * Reason given by the moderators who hid it; null if it is visible to everyone. Only moderators
   * and the author receive hidden comments.
   */
  hidden: Untrusted.nullable(),
})
export type Comment = z.infer<typeof Comment>
