/**
 * The index of a share: what is inside and where, at the front, so that the first chunks tell all names and sizes. It stands in the comments of
 * pax global headers, which every tar passes over. Places count from the end of the index, so that it need not know its own length.
 */
import { SealedError } from '../sealed-error.ts'
import { type Entry, MAX_ENTRIES, splitPath, tooMany } from './entry.ts'

const MARK = 'shoal-index-1 '
/** libarchive reads no larger ones than 1 MiB. */
const MAX_PART_LENGTH = 128 * 1024
/** As many as are read. */
const MAX_PARTS = 500

export interface IndexedEntry extends Entry {
  /** Of its first header, from the end of the index. */
  readonly offset: number
}

/** Comments of the global headers, in order: each says whether more follow. Throws `too-large`. */
export function writeIndex(entries: readonly IndexedEntry[]): string[] {
  const parts: string[][] = [[]]
  let length = 0
  for (const { path, folder, lengthBytes, offset } of entries) {
    const line = JSON.stringify([path.join('/') + (folder ? '/' : ''), lengthBytes, offset])
    if (length > 0 && length + line.length > MAX_PART_LENGTH) {
      parts.push([])
      length = 0
    }
    parts.at(-1)!.push(line)
    length += line.length
  }
  if (parts.length > MAX_PARTS)
    throw new SealedError('too-large', 'the names of these files are too long together: seal fewer at a time')
  return parts.map((lines, at) => `${MARK}${at < parts.length - 1 ? 'more' : 'end'} [${lines.join(',')}]`)
}

/** One part of an index; null when the comment is something else. Throws `damaged`. */
export function parseIndexPart(comment: string): { entries: IndexedEntry[]; more: boolean } | null {
  const match = /^shoal-index-1 (more|end) (\[.*\])$/s.exec(comment)
  if (!match) return null
  const rows = parseRows(match[2]!)
  if (rows.length > MAX_ENTRIES) throw tooMany()
  return { more: match[1] === 'more', entries: rows.map(toEntry) }
}

function parseRows(text: string): unknown[] {
  try {
    return JSON.parse(text) as unknown[]
  } catch {
    throw wrongIndex()
  }
}

function toEntry(row: unknown): IndexedEntry {
  const [name, lengthBytes, offset] = Array.isArray(row) ? (row as unknown[]) : []
  if (typeof name !== 'string' || !isPlace(lengthBytes) || !isPlace(offset)) throw wrongIndex()
  const path = splitPath(name)
  if (path.length === 0) throw wrongIndex()
  return { path, folder: name.endsWith('/'), lengthBytes, offset }
}

function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

export function wrongIndex(): SealedError {
  return new SealedError(
    'damaged',
    'the list of files in this share is not that of its files: ask for it again',
  )
}
