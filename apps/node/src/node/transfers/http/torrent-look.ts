/** Recognizes .torrent files by their first bytes, since many servers give them another type. */

import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { constants, gunzipSync } from 'node:zlib'
import { isGzip } from '@shoal/torrent'
import type { OpenedHttpFile } from './http-file.ts'

/** Maximum time for the first bytes of a file that could be a .torrent. */
const FIRST_MS = 5000
/** Enough for the first key, even of a compressed file. */
const FIRST_BYTES = 1024
/** No server uses these types for a .torrent. */
const MEDIA_TYPES = /^(audio|font|image|video)\//
/**
 * BEP 3: a dictionary. Its first key is one of the usual first keys of .torrent files, sorted or
 * not.
 */
const FIRST_KEY =
  /^d(4:infod[1-9]|\d{1,2}:(announce|announce-list|azureus_properties|collections|comment|comment\.utf-8|created by|creation date|encoding|httpseeds|nodes|piece layers|private|publisher|similar|signatures|source|title|update-url|url-list|website)[dli\d])/
const FIRST_KEY_BYTES = 40

/**
 * Returns whether a file is a .torrent of at most `maxBytes`, by its type, name or first bytes.
 * Later readers of the body get those bytes, too.
 */
export async function beginsTorrent(
  { answer, name, totalBytes }: OpenedHttpFile,
  maxBytes: number,
  signal: AbortSignal,
): Promise<boolean> {
  const [type = ''] = (answer.headers['content-type'] ?? '').toLowerCase().split(/\s*;/, 1)
  if (type === 'application/x-bittorrent' || /\.torrent(\.gz)?$/i.test(name)) return true
  if (MEDIA_TYPES.test(type) || (totalBytes ?? 0) > maxBytes) return false
  return looksLikeTorrent(await firstBytes(answer.body, signal))
}

function looksLikeTorrent(bytes: Uint8Array): boolean {
  const first = isGzip(bytes) ? firstUnzipped(bytes) : bytes
  return FIRST_KEY.test(Buffer.from(first.subarray(0, FIRST_KEY_BYTES)).toString('latin1'))
}

/** Returns the beginning of gzip-compressed data; nothing if it is damaged. */
function firstUnzipped(bytes: Uint8Array): Uint8Array {
  try {
    // A kibibyte expands to at most a mebibyte.
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return new Uint8Array(0)
  }
}

/**
 * Returns the first bytes of a body, enough to recognize a .torrent. Fewer if it ends, fails, or is
 * slow. Only rejects with the signal's reason.
 */
async function firstBytes(body: Readable & { complete: boolean }, signal: AbortSignal): Promise<Uint8Array> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(FIRST_MS)])
  let bytes = Buffer.alloc(0)
  while (isUndecided(bytes) && !(body.complete && body.readableLength === 0)) {
    const chunk: Buffer | null = body.read()
    if (chunk) bytes = Buffer.concat([bytes, chunk])
    else if (body.destroyed || limit.aborted) break
    // The reader of the body gets its error, and waits longer than this.
    else await once(body, 'readable', { signal: limit }).catch(() => {})
  }
  if (bytes.length > 0) body.unshift(bytes)
  signal.throwIfAborted()
  return bytes
}

function isUndecided(bytes: Uint8Array): boolean {
  const [first = 0x64] = bytes
  if (first === 0x64) return bytes.length < FIRST_KEY_BYTES
  return first === 0x1f && bytes.length < FIRST_BYTES
}
