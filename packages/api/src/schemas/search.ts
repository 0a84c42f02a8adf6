import { z } from 'zod'
import { FileIndex, PageInput, TorrentId } from './common.ts'
import { ANSWERS } from './names.ts'

export const SEARCH_KINDS = ['video', 'audio', 'picture', 'document', 'archive', 'other'] as const

export const SearchInput = z.object({
  ...PageInput,
  limit: z.number().int().min(1).max(100).default(20),
  text: z
    .string()
    .max(1000)
    .meta({ description: 'Words, "a phrase", -not this; the last word may be unfinished' }),
  kind: z.enum(SEARCH_KINDS).optional(),
})

export const SearchHit = z
  .object({
    torrent: TorrentId,
    torrentName: z.string(),
    /** Null: the torrent itself was found. */
    file: FileIndex.nullable(),
    path: z.string().nullable(),
    /** Where in the document the words are; null when the name was found. */
    snippet: z.string().nullable(),
    /** Parts of the snippet, or of the path (else name) without one, that match: [start, end) in UTF-16 units. */
    matches: z.array(z.tuple([z.number(), z.number()])),
  })
  .register(ANSWERS, { id: 'SearchHit' })
export type SearchHit = z.infer<typeof SearchHit>

/** Ranked by how well they fit. No total: counting all would cost more than finding the best. */
export const SearchPage = z.object({ items: z.array(SearchHit), next: z.string().nullable() })
export type SearchPage = z.infer<typeof SearchPage>
