/** The description of a torrent in search results. */
import type { Torrent } from '@shoal/api'
import type { Entry, EntryFile } from '@shoal/network'
import type { Metainfo, TorrentApi } from '@shoal/torrent'
import type { FindableRecord } from './findable-store.ts'

/** Limits of an entry: see packages/network. */
const MAX_TITLE_BYTES = 256
const MAX_TEXT_BYTES = 64
const MAX_TAGS = 8
const MAX_FILES = 16

export type Description = Pick<
  Entry,
  'infoHashV1' | 'infoHashV2' | 'title' | 'bytes' | 'fileCount' | 'files' | 'tags' | 'license' | 'language'
>

/** They never change, and sorting the files of a large torrent takes time. */
const FILES = new WeakMap<Metainfo, readonly EntryFile[]>()

/**
 * Describes a torrent whose metadata is known. Title and tags default to those of the torrent; the
 * largest files come first.
 */
export function describeTorrent(
  view: Pick<Torrent, 'name' | 'label' | 'tags' | 'totalBytes'>,
  { infoHashes, metainfo, files }: Pick<TorrentApi, 'infoHashes' | 'metainfo' | 'files'>,
  { title, tags, license, language }: Pick<FindableRecord, 'title' | 'tags' | 'license' | 'language'>,
): Description {
  const own = view.label === null ? view.tags : [view.label, ...view.tags]
  const shortTags = (tags ?? own).map(tag => cut(tag, MAX_TEXT_BYTES))
  const largest = (metainfo && FILES.get(metainfo)) ?? largestOf(files)
  if (metainfo) FILES.set(metainfo, largest)
  return {
    infoHashV1: infoHashes.v1 ?? null,
    infoHashV2: infoHashes.v2 ?? null,
    title: cut(title ?? view.name, MAX_TITLE_BYTES),
    bytes: view.totalBytes ?? 0,
    fileCount: files.length,
    files: largest,
    tags: [...new Set(shortTags)].filter(tag => tag !== '').slice(0, MAX_TAGS),
    ...{ license, language },
  }
}

/** Returns whether an entry matches a description. For lack of room, it can have fewer files. */
export function isSameDescription(entry: Entry, description: Description): boolean {
  const { files, ...rest } = description
  const text = (value: unknown) => JSON.stringify(value)
  const own = Object.fromEntries(Object.keys(rest).map(name => [name, entry[name as keyof Entry]]))
  return text(own) === text(rest) && text(entry.files) === text(files.slice(0, entry.files.length))
}

function largestOf(files: TorrentApi['files']): EntryFile[] {
  const largest = files.toSorted((a, b) => b.lengthBytes - a.lengthBytes).slice(0, MAX_FILES)
  // The folder's name is that of the torrent.
  return largest.map(({ path, lengthBytes }) => ({
    path: (path.length > 1 ? path.slice(1) : path).join('/'),
    bytes: lengthBytes,
  }))
}

/** Returns the longest prefix of at most this many bytes of UTF-8. */
function cut(text: string, maxBytes: number): string {
  let bytes = 0
  let short = ''
  for (const sign of text.toWellFormed()) {
    bytes += Buffer.byteLength(sign)
    if (bytes > maxBytes) break
    short += sign
  }
  return short.trim()
}
