/** Distinguishes incomplete files that can still become torrents from invalid ones. */

import { promisify } from 'node:util'
import { constants, gunzip, type ZlibOptions } from 'node:zlib'
import { isGzip } from '@shoal/torrent'

/** More digits than any length or number in a .torrent. */
const MAX_DIGITS = 20
/** The engine's limit on values, times three for the bytes that begin and end them. */
const MAX_STEPS = 3_000_000
const [ZERO, NINE, COLON, MINUS] = [0x30, 0x39, 0x3a, 0x2d] as const
const [DICTIONARY, LIST, INTEGER, END] = [0x64, 0x6c, 0x69, 0x65] as const

/**
 * Resolves with true for the start of a bencoded dictionary (BEP 3) of at most `maxBytes`, also
 * compressed, and for an empty file. Trailing zeros are space reserved by the writer.
 */
export async function mayBecomeTorrent(bytes: Uint8Array, maxBytes: number): Promise<boolean> {
  const begun = withoutZeros(bytes)
  const isBegunGzip = begun.length === 1 && begun[0] === 0x1f
  if (!isBegunGzip && !isGzip(begun)) return mayBeDictionary(begun, maxBytes)
  // A complete one is invalid anyway. A truncated one yields the bytes so far.
  const fault = (some: Uint8Array) =>
    unzip(some, { maxOutputLength: maxBytes }).then(
      () => null,
      ({ code }) => code,
    )
  if ((await fault(bytes)) === null || (await fault(begun)) !== 'Z_BUF_ERROR') return false
  const unzipped = await unzip(begun, { maxOutputLength: maxBytes, finishFlush: constants.Z_SYNC_FLUSH })
  return unzipped.length === 0 || unzipped[0] === DICTIONARY
}

const unzip = promisify<Uint8Array, ZlibOptions, Buffer>(gunzip)

function withoutZeros(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return bytes.subarray(0, end)
}

function mayBeDictionary(bytes: Uint8Array, maxBytes: number): boolean {
  if (bytes.length === 0) return true
  if (bytes[0] !== DICTIONARY) return false
  let depth = 0
  let at = 0
  for (let steps = 0; at < bytes.length; steps++) {
    if (steps > MAX_STEPS) return false
    const byte = bytes[at]!
    if (byte === DICTIONARY || byte === LIST || byte === END) {
      depth += byte === END ? -1 : 1
      // It is complete but invalid.
      if (depth === 0) return false
      at++
      continue
    }
    const isInteger = byte === INTEGER
    const from = isInteger ? at + 1 : at
    const digits = isInteger && bytes[from] === MINUS ? from + 1 : from
    let [stop, length] = [digits, 0]
    for (; stop < bytes.length && bytes[stop]! >= ZERO && bytes[stop]! <= NINE; stop++) {
      if (stop - digits >= MAX_DIGITS) return false
      length = length * 10 + bytes[stop]! - ZERO
    }
    if (stop >= bytes.length) return true
    if (stop === digits || bytes[stop] !== (isInteger ? END : COLON)) return false
    at = stop + 1 + (isInteger ? 0 : length)
    if (at > maxBytes) return false
  }
  return true
}

const MAGNET_BEGINNINGS = ['magnet:?', 'web+magnet:?'] as const

/** Returns true for empty text, and for a magnet link without a line end. */
export function mayBecomeMagnet(text: string): boolean {
  const begun = text
    .replace(/^\ufeff/, '')
    .replace(/\0+$/, '')
    .trimStart()
    .toLowerCase()
  if (/[\r\n]/.test(begun)) return false
  return MAGNET_BEGINNINGS.some(beginning => begun.startsWith(beginning) || beginning.startsWith(begun))
}
