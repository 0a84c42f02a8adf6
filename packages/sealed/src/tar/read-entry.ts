/**
 * Reads one entry of an archive: its headers, extended ones first, and the offset of its content.
 */
import type { ByteSource } from '../byte-source.ts'
import { cutShort, SealedError } from '../sealed-error.ts'
import { MAX_ENTRIES } from './entry.ts'
import { BLOCK_BYTES, decodeText, notAnArchive, paddedLength, parseHeader, type TarHeader } from './header.ts'
import { parsePax } from './pax.ts'

export interface RawEntry {
  readonly name: string
  readonly type: string
  readonly linkName: string
  readonly mode: number
  readonly modifiedMs: number
  readonly lengthBytes: number
  /** Offset of its first header. */
  readonly offset: number
  /** Offset of its content. */
  readonly dataOffset: number
  /** Offset of the next entry. */
  readonly nextOffset: number
  /** Comments of global headers before it. */
  readonly comments: readonly string[]
}

type Options = { signal?: AbortSignal }

/** Maximum size of one extended header. */
const MAX_EXTENDED_BYTES = 1024 * 1024
/** Maximum size of all extended headers before one entry. */
const MAX_ALL_EXTENDED_BYTES = 64 * 1024 * 1024
/**
 * Maximum number of extended headers before one entry; more than the parts of the longest index.
 */
const MAX_EXTENDED = 512
/** Types without content: folders, links, devices. */
const WITHOUT_CONTENT = /^[1-6]$/

/**
 * Reads the entry whose headers begin at `offset`; null at the end of the archive. Rejects with
 * `not-an-archive`, `too-large`, `unsupported`.
 */
export async function readEntry(
  archive: ByteSource,
  offset: number,
  options: Options = {},
): Promise<RawEntry | null> {
  const extensions = new Extensions()
  const start = offset
  let at = offset
  for (let count = 0; count <= MAX_EXTENDED; count++) {
    const header = await headerAt(archive, at, options)
    if (!header) return null
    at += BLOCK_BYTES
    if (!/^[xgLK]$/.test(header.type)) return finish(header, extensions, { offset, at, archive })
    if (header.sizeBytes > MAX_EXTENDED_BYTES || at - start > MAX_ALL_EXTENDED_BYTES) throw tooLarge()
    const body = await readAt(archive, at, header.sizeBytes, options)
    extensions.add(header.type, body)
    at += paddedLength(header.sizeBytes)
    if (header.type === 'g') offset = at
  }
  throw tooLarge()
}

/** Properties from extended headers for the entry that follows. */
class Extensions {
  readonly comments: string[] = []
  name: string | undefined
  linkName: string | undefined
  pax = new Map<string, string>()

  add(type: string, body: Uint8Array): void {
    if (type === 'L') this.name = decodeText(body)
    else if (type === 'K') this.linkName = decodeText(body)
    else if (type === 'x') this.pax = parsePax(body)
    // Only the comment of a global header is useful: a path or size for all entries makes no sense.
    else this.comments.push(parsePax(body).get('comment') ?? '')
  }
}

function finish(
  header: TarHeader,
  { comments, name, linkName, pax }: Extensions,
  { offset, at, archive }: { offset: number; at: number; archive: ByteSource },
): RawEntry {
  const sparse = header.type === 'S' || [...pax.keys()].some(key => key.startsWith('GNU.sparse.'))
  if (sparse)
    throw new SealedError(
      'unsupported',
      'This archive has sparse files (tar --sparse). Open it with age and tar.',
    )
  const size = pax.get('size')
  const sizeBytes = size === undefined ? header.sizeBytes : Number(size)
  const lengthBytes = WITHOUT_CONTENT.test(header.type) ? 0 : sizeBytes
  const nextOffset = at + paddedLength(lengthBytes)
  if (!Number.isSafeInteger(nextOffset) || lengthBytes < 0) throw notAnArchive()
  // The content must be complete, but the padding after the last file may be missing.
  if (at + lengthBytes > archive.lengthBytes) throw cutShort()
  const modified = Number(pax.get('mtime') ?? header.modifiedSeconds)
  return {
    name: pax.get('path') ?? name ?? header.name,
    type: header.type,
    linkName: pax.get('linkpath') ?? linkName ?? header.linkName,
    mode: header.mode,
    modifiedMs: Number.isFinite(modified) ? Math.max(0, Math.round(modified * 1000)) : 0,
    lengthBytes,
    offset,
    dataOffset: at,
    nextOffset,
    comments,
  }
}

async function headerAt(archive: ByteSource, at: number, options: Options): Promise<TarHeader | null> {
  // Some archives end without blocks of zeros.
  if (at >= archive.lengthBytes) return null
  return parseHeader(await readAt(archive, at, BLOCK_BYTES, options))
}

async function readAt(
  archive: ByteSource,
  at: number,
  length: number,
  options: Options,
): Promise<Uint8Array> {
  if (at + length > archive.lengthBytes) throw cutShort()
  return archive.read(at, length, options)
}

function tooLarge(): SealedError {
  return new SealedError(
    'too-large',
    `The headers of this archive are larger than Shoal supports (${MAX_ENTRIES} files)`,
  )
}
