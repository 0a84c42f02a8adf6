/**
 * Computes the layout of an archive before any file is read, so that its length is known and any
 * part can be produced at any time.
 */
import type { ByteSource } from '../byte-source.ts'
import { SealedError } from '../sealed-error.ts'
import { type Entry, MAX_ENTRIES, splitPath, tooMany } from './entry.ts'
import { BLOCK_BYTES, MAX_NAME_BYTES, MAX_OCTAL_SIZE, paddedLength, writeHeader } from './header.ts'
import { type IndexedEntry, writeIndex } from './index-record.ts'
import { writePax } from './pax.ts'

/** A file to seal, or a folder if `content` is absent. Parent folders of files may be omitted. */
export interface SealInput {
  /** Components below the folder of extraction. */
  readonly path: readonly string[]
  readonly content?: ByteSource
  /** Milliseconds since the Unix epoch. Default 0. */
  readonly modifiedMs?: number
  /** Default false. */
  readonly executable?: boolean
}

/** A part of an archive. The gaps between parts are zeros. */
export interface Segment {
  readonly offset: number
  readonly content: Uint8Array | ByteSource
  /** Path of the file the content belongs to. */
  readonly path?: readonly string[]
}

export interface TarLayout {
  /** Sorted by offset. */
  readonly segments: readonly Segment[]
  /** Includes the two final blocks of zeros. */
  readonly lengthBytes: number
  readonly entries: readonly Entry[]
}

const END_BYTES = 2 * BLOCK_BYTES

/**
 * Lays out an archive. Throws `bad-argument` for invalid or equal names and an empty list;
 * `too-large` for too many files.
 */
export function layOut(inputs: readonly SealInput[]): TarLayout {
  check(inputs)
  const body: Segment[] = []
  const entries: IndexedEntry[] = []
  let at = 0
  const put = (content: Uint8Array | ByteSource, path?: readonly string[]) => {
    body.push({ offset: at, content, ...(path && { path }) })
    at += paddedLength(contentLength(content))
  }
  for (const input of inputs) {
    const { path, content } = input
    entries.push({ path, folder: !content, lengthBytes: content?.lengthBytes ?? 0, offset: at })
    for (const part of fileHeaders(input)) put(part)
    if (content && content.lengthBytes > 0) put(content, path)
  }
  const front = writeIndex(entries).flatMap(comment => extended('g', { comment }))
  const frontBytes = front.reduce((sum, part) => sum + paddedLength(part.length), 0)
  const segments = [...place(front), ...body.map(part => ({ ...part, offset: part.offset + frontBytes }))]
  return { segments, lengthBytes: frontBytes + at + END_BYTES, entries }
}

export function contentLength(content: Uint8Array | ByteSource): number {
  return content instanceof Uint8Array ? content.length : content.lengthBytes
}

function place(parts: readonly Uint8Array[]): Segment[] {
  let at = 0
  return parts.map(content => {
    const offset = at
    at += paddedLength(content.length)
    return { offset, content }
  })
}

function fileHeaders({ path, content, modifiedMs = 0, executable }: SealInput): Uint8Array[] {
  const name = path.join('/') + (content ? '' : '/')
  const sizeBytes = content?.lengthBytes ?? 0
  const fitsHeader = /^[\x20-\x7e]*$/.test(name) && name.length <= MAX_NAME_BYTES
  const records = {
    ...(!fitsHeader && { path: name }),
    ...(sizeBytes > MAX_OCTAL_SIZE && { size: String(sizeBytes) }),
  }
  const header = writeHeader({
    name: fitsHeader ? name : 'file',
    mode: content && !executable ? 0o644 : 0o755,
    sizeBytes: sizeBytes > MAX_OCTAL_SIZE ? 0 : sizeBytes,
    modifiedSeconds: Math.min(Math.max(0, Math.floor(modifiedMs / 1000)), MAX_OCTAL_SIZE),
    type: content ? '0' : '5',
  })
  return Object.keys(records).length > 0 ? [...extended('x', records), header] : [header]
}

/** Returns the blocks of an extended header and its records. */
function extended(type: 'x' | 'g', records: Readonly<Record<string, string>>): Uint8Array[] {
  const body = writePax(records)
  const name = type === 'g' ? 'pax_global_header' : 'pax_header'
  return [writeHeader({ name, mode: 0o644, sizeBytes: body.length, modifiedSeconds: 0, type }), body]
}

function check(inputs: readonly SealInput[]): void {
  if (inputs.length === 0)
    throw new SealedError('bad-argument', 'There is nothing to seal. Choose a file or folder.')
  if (inputs.length > MAX_ENTRIES) throw tooMany()
  const names = new Set<string>()
  for (const { path } of inputs) {
    const name = path.join('/')
    const parts = splitPath(name)
    if (parts.length === 0 || parts.length !== path.length)
      throw new SealedError('bad-argument', `This name is not allowed in an archive: ${JSON.stringify(name)}`)
    if (names.has(name)) throw new SealedError('bad-argument', `${name} appears twice`)
    names.add(name)
  }
}
