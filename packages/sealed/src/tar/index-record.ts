/**
 * The index of a share: names, sizes and offsets at the front, so that the first chunks reveal all
 * names and sizes. It is stored in the comments of pax global headers, which every tar skips.
 * Offsets are relative to the end of the index, so that the index does not depend on its own
 * length.
 */
import { SealedError } from '../sealed-error.ts'
import { type Entry, MAX_ENTRIES, splitPath, tooMany } from './entry.ts'

const MARK = 'shoal-index-1 '
/** libarchive does not read comments larger than 1 MiB. */
const MAX_PART_LENGTH = 128 * 1024
/** Limit of the reader. */
const MAX_PARTS = 500

export interface IndexedEntry extends Entry {
  /** Offset of its first header from the end of the index. */
  readonly offset: number
}

/**
 * Writes the comments of the global headers, in order; each says whether more follow. Throws
 * `too-large`.
 */
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
    throw new SealedError(
      'too-large',
      'The names of these files are too long in total. Seal fewer files at a time.',
    )
  return parts.map((lines, at) => `${MARK}${at < parts.length - 1 ? 'more' : 'end'} [${lines.join(',')}]`)
}

/** Parses one part of an index; returns null for any other comment. Throws `damaged`. */
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
  if (typeof name !== 'string' || !isLength(lengthBytes) || !isLength(offset)) throw wrongIndex()
  const path = splitPath(name)
  if (path.length === 0) throw wrongIndex()
  return { path, folder: name.endsWith('/'), lengthBytes, offset }
}

function isLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

export function wrongIndex(): SealedError {
  return new SealedError('damaged', 'The index of this share does not match its files. Ask for it again.')
}
