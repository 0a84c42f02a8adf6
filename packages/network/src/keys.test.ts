import { sha256 } from '@noble/hashes/sha2.js'
import { utf8 } from '@shoal/torrent/base'
import { expect, it } from 'vitest'
import { keywordKey, recordKey } from './keys.ts'

it('hashes prefix, namespace and ID to a multihash', () => {
  const hash = new Uint8Array(32).fill(3)
  const expected = sha256(Uint8Array.of(...utf8('shoal/1/files_idx::'), 0, ...hash))
  expect([...recordKey('files_idx::', hash)]).toEqual([0x12, 0x20, ...expected])
})

it('keeps kinds of records apart', () => {
  const id = new Uint8Array(32)
  const keys = (['cid::', 'info_hash_idx::', 'files_idx::', 'profile::'] as const).map(namespace =>
    String(recordKey(namespace, id)),
  )
  expect(new Set(keys).size).toBe(4)
})

it('has the rules for words in the key of a word', () => {
  const expected = recordKey('keyword_idx::', utf8('words 1, unicode 15, no stemmer\0ubuntu'))
  expect(keywordKey('ubuntu')).toEqual(expected)
})
