import { basename, dirname } from 'node:path/posix'
import type { TorrentRecord } from '../../torrents/service.ts'
import type { FileRecord, FileStore } from '../file-store.ts'
import type { IndexedEntry } from '../search-index.ts'

const ENTRIES_AT_ONCE = 2000

/**
 * Returns the entries for a torrent's names: the torrent itself with its comment, and its files, in
 * slices. A single file shares the torrent's entry, so that its name is not found twice.
 */
export function* nameEntries(torrent: TorrentRecord, files: FileStore): Generator<IndexedEntry[]> {
  const { count } = files.totals(torrent.id)
  let slice: IndexedEntry[] = [torrentEntry(torrent, count)]
  for (const file of files.each(torrent.id)) {
    slice.push(fileEntry(torrent, file, count))
    if (slice.length < ENTRIES_AT_ONCE) continue
    yield slice
    slice = []
  }
  if (slice.length > 0) yield slice
}

/** Returns the entry of a file with its text. */
export function documentEntry(
  torrent: TorrentRecord,
  file: FileRecord,
  count: number,
  text: string,
): IndexedEntry {
  return { ...fileEntry(torrent, file, count), text }
}

function torrentEntry({ id, name, comment }: TorrentRecord, count: number): IndexedEntry {
  return {
    torrentId: id,
    file: null,
    name: count === 1 ? '' : name,
    path: '',
    kind: 'torrent',
    text: comment ?? '',
  }
}

function fileEntry(torrent: TorrentRecord, { index, path, kind }: FileRecord, count: number): IndexedEntry {
  const folders = dirname(path)
  const below = folders === '.' ? '' : folders
  // The torrent may have another name than its file.
  const isAlone = count === 1 && torrent.name === basename(path)
  return {
    torrentId: torrent.id,
    file: index,
    name: basename(path),
    path: isAlone ? below : `${torrent.name}/${below}`,
    kind,
  }
}
