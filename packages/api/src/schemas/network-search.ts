import { z } from 'zod'
import { SEARCH_KINDS } from '../choices.ts'
import { Bytes, TimeMs, TorrentId, Untrusted } from './common.ts'
import { ANSWERS } from './names.ts'
import { SearchHit } from './search.ts'

export const StartSearch = z.object({
  text: z
    .string()
    .trim()
    .min(1)
    .max(1000)
    .meta({ description: 'Words that results must have, and -excluded ones' }),
  kind: z.enum(SEARCH_KINDS).optional(),
  minBytes: Bytes.optional(),
  maxBytes: Bytes.optional(),
  publishedAfterMs: TimeMs.optional(),
  language: z
    .string()
    .max(35)
    .optional()
    .meta({ description: 'A language tag (BCP 47); `de` covers `de-AT`' }),
  license: z.string().max(64).optional().meta({ description: 'An SPDX identifier, such as `CC-BY-4.0`' }),
  /** Most results from the network. */
  limit: z.number().int().min(1).max(500).default(100),
})

/** The person who published an entry. */
export const Publisher = z.object({
  /** The key that signed the entry: `did:key:z6Mk…`. */
  did: z.string(),
  /** Whether it is this node's own. */
  own: z.boolean(),
  /** Whether a contact has shown it, and the user's name for that contact. */
  contact: z.boolean(),
  name: z.string().nullable(),
  /** -1 to 1; 0 for strangers. */
  trust: z.number().min(-1).max(1),
})
export type Publisher = z.infer<typeof Publisher>

/** A torrent found by a search: in the network, in the node's own list, or in both. */
export const SearchRow = z
  .object({
    /** The content ID of the torrent, unique within a search. */
    id: z.string(),
    title: Untrusted,
    /** A magnet link with all info hashes, for downloading it. */
    link: Untrusted,
    /** Size of all files. Null if not yet known. */
    totalBytes: Bytes.nullable(),
    fileCount: z.number().int().min(0).nullable(),
    /** Some of the files, for rows of the network. */
    files: z.array(z.object({ path: Untrusted, lengthBytes: Bytes })),
    tags: z.array(Untrusted),
    /** An SPDX identifier or a name. */
    license: Untrusted.nullable(),
    /** BCP 47. */
    language: Untrusted.nullable(),
    publishedMs: TimeMs.nullable(),
    /** Null if the network does not know the torrent. */
    publisher: Publisher.nullable(),
    /** Number of other people who publish the same torrent. */
    alsoPublishedBy: z.number().int().min(0),
    /** How well it matches, 0 to 1. */
    match: z.number().min(0).max(1),
    /**
     * False if only few of the queried index nodes name it: it may be fake. Such rows come last.
     */
    confirmed: z.boolean(),
    /** Number of seeds found. Null: not counted, or not yet known. */
    seeds: z.number().int().min(0).nullable(),
    /** Whether its seeds are being counted. */
    counting: z.boolean(),
    /** The torrent in the node's list. */
    torrent: TorrentId.nullable(),
    /** Matches in the node's own list, best first: at most 3. */
    hits: z.array(SearchHit),
  })
  .register(ANSWERS, { id: 'SearchRow' })
export type SearchRow = z.infer<typeof SearchRow>

export const NETWORK_SEARCH_STATES = ['searching', 'done', 'unavailable'] as const

/**
 * Why the network was not searched. `off`, `starting`: state of the network. `no-nodes`: no other
 * node is connected. `failed`: anything else, see `problem`.
 */
export const NETWORK_SEARCH_REASONS = ['off', 'starting', 'no-nodes', 'failed'] as const
export type NetworkSearchReason = (typeof NETWORK_SEARCH_REASONS)[number]

/** A search over the network and the node's own list. */
export const SearchProgress = z
  .object({
    id: z.string(),
    text: z.string(),
    /** False while rows may still arrive. Their seeds may arrive later: see `counting`. */
    done: z.boolean(),
    /** Increases with every change. */
    revision: z.number().int().min(0),
    network: z.object({
      /** `unavailable`: see `reason`. Rows of the node's own list arrive in any case. */
      state: z.enum(NETWORK_SEARCH_STATES),
      reason: z.enum(NETWORK_SEARCH_REASONS).nullable(),
      /** Why the network was not searched, and the remedy. */
      problem: z.string().nullable(),
      /** Index nodes that answered so far, and the sufficient number. */
      answers: z.number().int().min(0),
      answersWanted: z.number().int().min(1),
      /**
       * Whether a word has more entries than its index nodes store, so that another word would find
       * others.
       */
      partial: z.boolean(),
      /** Number of hidden results, whose publishers are blocked. */
      hidden: z.number().int().min(0),
    }),
    /** The `id` of all rows, best first. */
    order: z.array(z.string()),
    /** Rows that are new or have changed since the requested revision, in no particular order. */
    rows: z.array(SearchRow),
  })
  .register(ANSWERS, { id: 'SearchProgress' })
export type SearchProgress = z.infer<typeof SearchProgress>
