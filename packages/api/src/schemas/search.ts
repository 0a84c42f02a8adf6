import { z } from 'zod'
import { SEARCH_KINDS } from '../choices.ts'
import { FileIndex, PageInput, TorrentId, Untrusted } from './common.ts'
import { ANSWERS } from './names.ts'

export const SearchInput = z.object({
  ...PageInput,
  limit: z.number().int().min(1).max(100).default(20),
  text: z
    .string()
    .max(1000)
    .meta({ description: 'Words, "a phrase", -excluded; the last word may be incomplete' }),
  kind: z.enum(SEARCH_KINDS).optional(),
})

export const SearchHit = z
  .object({
    torrent: TorrentId,
    torrentName: Untrusted,
    /** Null: the match is the torrent itself. */
    file: FileIndex.nullable(),
    path: Untrusted.nullable(),
    /** The matching passage of the document. Null if the name or path matches. */
    snippet: Untrusted.nullable(),
    /**
     * Matching ranges [start, end) in UTF-16 units: of the snippet, else of the path, else of the
     * name.
     */
    matches: z.array(z.tuple([z.number(), z.number()])),
  })
  .register(ANSWERS, { id: 'SearchHit' })
export type SearchHit = z.infer<typeof SearchHit>

/**
 * Best matches first. There is no total, since counting all would cost more than finding the best.
 */
export const SearchPage = z.object({ items: z.array(SearchHit), next: z.string().nullable() })
export type SearchPage = z.infer<typeof SearchPage>
