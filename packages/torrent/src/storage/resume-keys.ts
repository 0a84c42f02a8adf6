import { sha1, sha256 } from '#crypto'
import { hex } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import { decodeRaw } from '../bencode/bencode.ts'
import { MAX_TORRENT_DEPTH, MAX_TORRENT_ITEMS } from '../metainfo/limits.ts'

/** What every resume store refuses: see resume-store.ts. */

const KEY = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
const NOTE = /^[a-z]+$/

/** Throws `bad-argument` unless the key is an info hash in lower-case hex: v1 (40 digits) or v2 (64). */
export function checkResumeKey(key: string): void {
  if (!KEY.test(key))
    throw new ShoalError('bad-argument', 'resume data is kept by info hash in lower-case hex')
}

/** Throws `bad-argument` unless the name has lower-case letters only. */
export function checkNoteName(name: string): void {
  if (!NOTE.test(name)) throw new ShoalError('bad-argument', `${name} names no note: use lower-case letters`)
}

/**
 * The bytes of a kept `.torrent`, when their info dictionary has the hash. Throws `bad-torrent` or `bad-bencode` otherwise: anything that
 * was torn or changed in it has another.
 */
export function checkResumeMetainfo(key: string, bytes: Uint8Array): Uint8Array {
  const info = decodeRaw(bytes, { depth: MAX_TORRENT_DEPTH, items: MAX_TORRENT_ITEMS }).raw('info')
  if (info === undefined || hex(key.length === 40 ? sha1(info) : sha256(info)) !== key)
    throw new ShoalError(
      'bad-torrent',
      'the kept torrent file is of another torrent: its metadata is fetched again',
    )
  return bytes
}
