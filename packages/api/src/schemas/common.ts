import { z } from 'zod'
import { MAX_PAGE } from '../choices.ts'
import { ANSWERS, HOST_PATHS, LOOKED_UP, SECRETS, UNTRUSTED } from './names.ts'

/**
 * Id of a torrent: its v1 info hash, or its v2 info hash if it has no v1, in lower-case hex. Both
 * hashes find a hybrid torrent.
 */
export const TorrentId = z
  .string()
  .regex(/^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/, 'an info hash has 40 (v1) or 64 (v2) hexadecimal digits')
  .transform(text => text.toLowerCase())
  .meta({ description: 'Info hash in hex: v1 (40 digits) or v2 (64 digits)' })

export const TorrentIds = z.union([z.literal('all'), z.array(TorrentId).min(1).max(100_000)])

export const Bytes = z.number().int().min(0)
export const BytesPerSecond = z.number().min(0)
/** Milliseconds since the Unix epoch. */
export const TimeMs = z.number().min(0)
/** A rate limit. Null: unlimited. 0 is treated as null, as in most programs. */
export const RateLimit = z.preprocess(
  given => (given === 0 ? null : given),
  z.number().int().min(1).max(1e12).nullable(),
) as unknown as z.ZodNullable<z.ZodNumber>
/**
 * A path on the node's machine. Callers with only the password have no access to hidden folders of
 * the home folder, nor to the home folder itself.
 */
export const HostPath = z.string().min(1).max(4096).register(HOST_PATHS, { isWhole: true })
/**
 * A single file on the node's machine, or a folder of which only names are shown: callers with only
 * the password have no access to hidden folders.
 */
export const HostFile = z.string().min(1).max(4096).register(HOST_PATHS, { isWhole: false })
/**
 * A link, or the path of a single file on the node's machine, which callers with only the password
 * cannot read from hidden folders.
 */
export const HostLink = z
  .string()
  .trim()
  .min(1)
  .max(100_000)
  .register(HOST_PATHS, { isWhole: false, isLink: true })
  .register(SECRETS, { isWhole: false })
/** A text written by a stranger, or that can quote one. */
export const Untrusted = z.string().register(UNTRUSTED, { isUntrusted: true })
/** The same, containing a secret: a link with a key, or an address with a password. */
export const UntrustedSecret = z
  .string()
  .register(UNTRUSTED, { isUntrusted: true })
  .register(SECRETS, { isWhole: false })
/** The same in inputs, with at most `max` characters. */
export const secretLink = (max: number) => z.string().max(max).register(SECRETS, { isWhole: false })
/** Id of a job, an upload or a feed, chosen by the node. */
export const Id = z.string().min(1).max(100).register(LOOKED_UP, { isLookedUp: true })
export const Name = z.string().trim().min(1).max(255)
/** 0 skip, 1 low, 4 normal, 7 high. Values in between are allowed. */
export const Priority = z.number().int().min(0).max(7)
export const FileIndex = z.number().int().min(0).max(10_000_000)

export const PageInput = {
  cursor: z
    .string()
    .max(1000)
    .register(LOOKED_UP, { isLookedUp: true })
    .optional()
    .meta({ description: '`next` of the previous page' }),
  limit: z.number().int().min(1).max(MAX_PAGE).default(100),
}

/** One page of a list. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    /** Cursor of the next page. Null on the last page. */
    next: z.string().nullable(),
    /** Number of items on all pages. */
    total: z.number().int().min(0),
  })
}

export const Nothing = z.object({})

/**
 * Reason for a failure, for clients in other languages: the key of a text of `@shoal/api/reasons`,
 * and its values. Absent if no text matches.
 */
const REASON = {
  reason: z.string().optional(),
  values: z.record(z.string(), Untrusted).optional(),
}

/** Reason for the failure of a task or a torrent. */
export const Failed = z.object({
  /** For programs, such as `no-space`. */
  code: z.string(),
  /** For people: describes the problem and the remedy. */
  message: Untrusted,
  ...REASON,
})

/** Reason for the adjacent message. Absent if no text matches. */
export const Why = z.object({ reason: z.string(), values: z.record(z.string(), Untrusted) }).optional()

/** The response to every refused request. */
export const Problem = z
  .object({
    error: z.object({
      /** For programs, such as `bad-request`, `not-found` or `no-space`. */
      code: z.string(),
      /** For people: describes the problem and the remedy. */
      message: Untrusted,
      /** The invalid member of the input: `files.0.priority`. */
      field: z.string().optional(),
      ...REASON,
    }),
  })
  .register(ANSWERS, { id: 'Problem' })
export type Problem = z.infer<typeof Problem>
