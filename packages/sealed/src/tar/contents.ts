/** Lists the contents of an archive from its index, or without one by scanning its headers. */
import type { ByteSource } from '../byte-source.ts'
import { SealedError } from '../sealed-error.ts'
import { type Entry, MAX_ENTRIES, splitPath, tooMany } from './entry.ts'
import { notAnArchive } from './header.ts'
import { type IndexedEntry, parseIndexPart, wrongIndex } from './index-record.ts'
import { type RawEntry, readEntry } from './read-entry.ts'

type Options = { signal?: AbortSignal }

/** Hard links can multiply the size; no honest archive exceeds this factor. */
const MAX_EXPANSION = 10

/** An entry with the offset of its headers. */
export interface PlacedEntry extends IndexedEntry {
  /** The name in its headers if the entry is another name of a file (a hard link). */
  readonly storedAs?: readonly string[]
}

export interface TarContents {
  readonly entries: readonly PlacedEntry[]
  /** Number of links, devices and the like, which are never extracted. */
  readonly skippedCount: number
}

/**
 * Lists all entries. Rejects with `not-an-archive`, `unsafe-path`, `too-large`, `damaged` or
 * `unsupported`.
 */
export async function readContents(archive: ByteSource, options: Options = {}): Promise<TarContents> {
  const first = await readEntry(archive, 0, options)
  if (!first) throw notAnArchive()
  return readIndex(archive, first) ?? scan(archive, first, options)
}

/**
 * Finds the content of an entry through its headers. Rejects with `damaged` if they do not match
 * the entry.
 */
export async function locate(
  archive: ByteSource,
  { path, storedAs = path, lengthBytes, offset }: PlacedEntry,
  options: Options = {},
): Promise<{ dataOffset: number; modifiedMs: number; executable: boolean }> {
  const raw = await readEntry(archive, offset, options)
  const same =
    raw &&
    splitPath(raw.name).join('/') === storedAs.join('/') &&
    raw.lengthBytes === lengthBytes &&
    isFile(raw)
  if (!same) throw wrongIndex()
  return { dataOffset: raw.dataOffset, modifiedMs: raw.modifiedMs, executable: (raw.mode & 0o100) !== 0 }
}

function readIndex(archive: ByteSource, first: RawEntry): TarContents | null {
  const entries: PlacedEntry[] = []
  let more = true
  for (const comment of first.comments) {
    if (!more) break
    const part = parseIndexPart(comment)
    if (!part) continue
    for (const entry of part.entries) entries.push({ ...entry, offset: entry.offset + first.offset })
    if (entries.length > MAX_ENTRIES) throw tooMany()
    more = part.more
  }
  if (more && entries.length > 0) throw wrongIndex()
  if (entries.length === 0) return null
  return checkSize({ entries: unique(entries), skippedCount: 0 }, archive)
}

async function scan(archive: ByteSource, first: RawEntry, options: Options): Promise<TarContents> {
  const entries: PlacedEntry[] = []
  const files = new Map<string, PlacedEntry>()
  let skippedCount = 0
  let count = 0
  for (let raw: RawEntry | null = first; raw; raw = await readEntry(archive, raw.nextOffset, options)) {
    if (++count > MAX_ENTRIES) throw tooMany()
    const entry = toEntry(raw, files)
    if (entry === undefined) skippedCount++
    if (!entry) continue
    entries.push(entry)
    files.set(entry.path.join('/'), entry)
  }
  return checkSize({ entries: unique(entries), skippedCount }, archive)
}

/** Throws `too-large` if many names for the same bytes could fill a disk. */
function checkSize(contents: TarContents, archive: ByteSource): TarContents {
  const total = contents.entries.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
  if (total <= MAX_EXPANSION * archive.lengthBytes) return contents
  throw new SealedError(
    'too-large',
    'The files of this share are suspiciously larger than the share itself. It is not opened.',
  )
}

/** Converts a raw entry; returns null for the root folder and undefined for entries to skip. */
function toEntry(raw: RawEntry, files: ReadonlyMap<string, PlacedEntry>): PlacedEntry | null | undefined {
  const path = splitPath(raw.name)
  const { type, lengthBytes, offset } = raw
  const folder = type === '5'
  if (path.length === 0) return folder ? null : undefined
  if (folder) return { path, folder, lengthBytes: 0, offset }
  if (isFile(raw)) return { path, folder, lengthBytes, offset }
  // A hard link: another name of an earlier file.
  const target = type === '1' ? files.get(splitPath(raw.linkName).join('/')) : undefined
  return target && !target.folder ? { ...target, path, storedAs: target.storedAs ?? target.path } : undefined
}

/** `7` is a contiguous file, today the same as a regular one. */
function isFile({ type }: RawEntry): boolean {
  return type === '0' || type === '7'
}

/**
 * Keeps the last of entries with equal names, like tar. Throws `damaged` if a name is both a file
 * and a folder.
 */
function unique(entries: readonly PlacedEntry[]): PlacedEntry[] {
  const byName = new Map<string, PlacedEntry>()
  for (const entry of entries) byName.set(entry.path.join('/'), entry)
  for (const { path } of byName.values())
    for (let depth = 1; depth < path.length; depth++) {
      const above: Entry | undefined = byName.get(path.slice(0, depth).join('/'))
      if (above && !above.folder) throw wrongIndex()
    }
  return [...byName.values()]
}
