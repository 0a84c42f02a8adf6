import { sha1, sha256 } from '#crypto'
import { hex } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { decodeRaw } from '../../bencode/bencode.ts'
import { MAX_TORRENT_DEPTH, MAX_TORRENT_ITEMS } from '../../metainfo/limits.ts'

// Checks that all resume stores share; see resume-store.ts.

const KEY = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
const NOTE = /^[a-z]+$/

/**
 * Throws `bad-argument` unless the key is an info hash in lower-case hex: v1 (40 digits) or v2
 * (64).
 */
export function checkResumeKey(key: string): void {
  if (!KEY.test(key))
    throw new ShoalError('bad-argument', 'The key of resume data must be an info hash in lower-case hex')
}

/** Throws `bad-argument` unless the name has lower-case letters only. */
export function checkNoteName(name: string): void {
  if (!NOTE.test(name))
    throw new ShoalError('bad-argument', `${name} is not a valid name of a note. Use lower-case letters.`)
}

/**
 * Returns the bytes of a saved `.torrent` if its info dictionary has the hash `key`. Otherwise, for
 * example if the file is damaged, throws `bad-torrent` or `bad-bencode`.
 */
export function checkResumeMetainfo(key: string, bytes: Uint8Array): Uint8Array {
  const info = decodeRaw(bytes, { depth: MAX_TORRENT_DEPTH, items: MAX_TORRENT_ITEMS }).raw('info')
  if (info === undefined || hex(key.length === 40 ? sha1(info) : sha256(info)) !== key)
    throw new ShoalError(
      'bad-torrent',
      'The saved torrent file belongs to another torrent. The metadata is fetched again.',
    )
  return bytes
}
