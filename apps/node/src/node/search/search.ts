/**
 * Search of the catalogue: combines the index's hits with names, and keeps the index up to date.
 */
import { rm } from 'node:fs/promises'
import { isDamage } from '@shoal/daemon/database'
import { Failure } from '@shoal/daemon/failure'
import type { FileKind } from '@shoal/network/kinds'
import { foldInPlace } from '@shoal/network/words'
import { parseQuery, toPattern, toPatterns } from '../../base/parse-query.ts'
import type { TorrentRecord, TorrentStore } from '../torrents/service.ts'
import type { FileStore } from './file-store.ts'
import { type Hit, type Hits, MAX_HITS, type SearchRequest } from './find-hits.ts'
import { IndexClient } from './index-client.ts'
import { matchRanges, type Range } from './snippet.ts'

export interface SearchQuery {
  /**
   * As typed: words (prefixes match), "a phrase", -excluded. Only the first 1000 characters count.
   */
  readonly text: string
  /** Only files of these kinds, and no torrents; absent or empty: everything. */
  readonly kinds?: readonly FileKind[]
  /** 1 to 100. */
  readonly limit: number
  /** `next` of the previous page. */
  readonly cursor?: string
}

export interface SearchHit {
  /** Id in the catalogue. */
  readonly torrentId: number
  /** Null: the torrent itself was found. */
  readonly file: number | null
  /** Name of the torrent. */
  readonly name: string
  /** Path of the file. */
  readonly path: string | null
  /**
   * The part of the document with the words; null without text, or if the name or path contains
   * them all. Plain text.
   */
  readonly snippet: string | null
  /** Matches in the snippet; without one, in the path, otherwise in the name. */
  readonly matches: readonly Range[]
  /** Higher is better, within one answer. */
  readonly score: number
}

export interface SearchAnswer {
  readonly hits: readonly SearchHit[]
  /** Null at the end; at most 1000 hits can be paged through. */
  readonly next: string | null
}

export class Search {
  /** The thread that changes the index; for the indexer. */
  readonly writer: IndexClient
  /** Called when the index was deleted and must be rebuilt. */
  onDiscard: () => void = () => {}
  readonly #path: string
  readonly #reader: IndexClient
  readonly #torrents: TorrentStore
  readonly #files: FileStore
  #prepared: Promise<string> | null = null

  constructor(path: string, torrents: TorrentStore, files: FileStore) {
    this.#path = path
    this.writer = new IndexClient({ path, role: 'change' })
    this.#reader = new IndexClient({ path, role: 'search' })
    this.#torrents = torrents
    this.#files = files
  }

  /**
   * Rejects with `bad-argument` for an invalid limit or cursor. Removed torrents and files that are
   * not indexed yet are not found, so a page can have fewer hits than requested.
   */
  async search(query: SearchQuery, options: { signal?: AbortSignal } = {}): Promise<SearchAnswer> {
    const { text, kinds = [], limit } = query
    if (!Number.isInteger(limit) || limit < 1 || limit > 100)
      throw new Failure('bad-argument', 'limit must be 1 to 100')
    const offset = readCursor(query.cursor)
    await this.generation()
    options.signal?.throwIfAborted()
    const { hits, more } = await this.#find({ text, kinds, limit, offset })
    options.signal?.throwIfAborted()
    const describe = this.#describer(text)
    return { hits: hits.flatMap(hit => describe(hit) ?? []), next: more ? `${offset + limit}` : null }
  }

  /**
   * Opens the index if necessary. Returns its id: a different one than before means that the index
   * was recreated and is empty.
   */
  async generation(): Promise<string> {
    this.#prepared ??= this.writer.call('generation')
    try {
      return await this.#prepared
    } catch (error) {
      this.#prepared = null
      throw error
    }
  }

  /** Deletes a damaged index: the next use creates a new one. */
  async discard(): Promise<void> {
    await Promise.all([this.writer.restart(), this.#reader.restart()])
    this.#prepared = null
    for (const ending of ['', '-wal', '-shm']) await rm(this.#path + ending, { force: true })
    this.onDiscard()
  }

  async close(): Promise<void> {
    await Promise.all([this.writer.close(), this.#reader.close()])
  }

  async #find(request: SearchRequest): Promise<Hits> {
    try {
      return await this.#reader.call('search', request)
    } catch (error) {
      if (!isDamage(error)) throw error
      await this.discard()
      throw new Failure('damaged', 'the search index was damaged and is being rebuilt: search again later')
    }
  }

  #describer(text: string): (hit: Hit) => SearchHit | null {
    const query = parseQuery(text)
    const pattern = toPattern(query)
    const patterns = toPatterns(query)
    const torrents = new Map<number, TorrentRecord | null>()
    return ({ torrentId, file, score, snippet }) => {
      if (!torrents.has(torrentId)) torrents.set(torrentId, this.#torrents.get(torrentId))
      const torrent = torrents.get(torrentId)
      const path = file === null ? null : (this.#files.get(torrentId, file)?.path ?? null)
      if (!torrent || torrent.removedMs !== null || (file !== null && path === null)) return null
      const named = foldInPlace(`${torrent.name}/${path ?? ''}`)
      const inName = snippet === null || patterns.every(each => each.test(named))
      return {
        torrentId,
        file,
        name: torrent.name,
        path,
        snippet: inName ? null : snippet.text,
        matches: inName ? matchRanges(path ?? torrent.name, pattern!) : snippet.matches,
        score,
      }
    }
  }
}

function readCursor(cursor = '0'): number {
  const offset = /^\d{1,4}$/.test(cursor) ? Number(cursor) : Number.NaN
  if (offset >= 0 && offset < MAX_HITS) return offset
  throw new Failure('bad-argument', 'this cursor is not valid: use `next` of the previous page', {
    field: 'cursor',
  })
}
