/**
 * Entries of the index by number: the torrent's id in the catalogue, and what of it. Numbers of one torrent follow each other, so that it is
 * forgotten as a range, also when the catalogue no longer knows it.
 */
const PER_TORRENT = 2 ** 24

/** Files with a higher index are not indexed. */
export const MAX_FILE_INDEX = PER_TORRENT - 2

/** `file` null: the torrent itself. */
export function entryId(torrentId: number, file: number | null): number {
  return torrentId * PER_TORRENT + (file === null ? 0 : file + 1)
}

export function parseEntryId(id: number): { readonly torrentId: number; readonly file: number | null } {
  const within = id % PER_TORRENT
  return { torrentId: Math.floor(id / PER_TORRENT), file: within === 0 ? null : within - 1 }
}

/** The ids of everything of a torrent: [from, to). */
export function entryIdsOf(torrentId: number): readonly [from: number, to: number] {
  return [entryId(torrentId, null), entryId(torrentId + 1, null)]
}
