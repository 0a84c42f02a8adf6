import { Untrusted } from '@shoal/api'
import { z } from 'zod'

/**
 * A text of `min` to `max` bytes of UTF-8 that any database can store: without U+0000 and lone
 * surrogates.
 */
export function utf8(min: number, max: number): z.ZodString {
  return z
    .string()
    .max(max)
    .refine(text => {
      const { length } = new TextEncoder().encode(text)
      return text.isWellFormed() && !text.includes('\0') && length >= min && length <= max
    }, `must be text of ${min} to ${max} bytes without U+0000`)
}

/** A name for sorting and searching. */
export function label(max: number): z.ZodString {
  return utf8(1, max).regex(/[\p{L}\p{N}]/u, 'needs a letter or digit')
}

export const Did = utf8(5, 256).startsWith('did:')
/** An id chosen by the hub. */
export const Id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'is not an id of this hub')
/** Milliseconds since the Unix epoch. */
export const TimeMs = z.number().int().min(0)

/** A person, as seen by others. */
export const Author = z.object({
  did: z.string(),
  /** Display name; not unique. Empty if there is none, or the account was deleted. */
  name: Untrusted,
})
export type Author = z.infer<typeof Author>

/** Input of paged lists. */
export function pageInput(max: number, usual: number) {
  return {
    cursor: z
      .string()
      .regex(/^\d{1,15}$/, 'must be `next` of a page before')
      .optional()
      .meta({ description: '`next` of the page before' }),
    limit: z.number().int().min(1).max(max).default(usual),
  }
}

/** One page of a list. `next`: the cursor of the next page; null on the last one. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() })
}

/** Reason for a moderator's action or a report. */
export const Reason = utf8(1, 1024)
