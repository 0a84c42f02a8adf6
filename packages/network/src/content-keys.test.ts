import { sha256 } from '@noble/hashes/sha2.js'
import { fromHex, utf8 } from '@shoal/torrent/base'
import { expect, it } from 'vitest'
import { contentKeys } from './content-keys.ts'

const V1 = fromHex('11'.repeat(20))!
const V2 = fromHex('22'.repeat(32))!

/** The rule, written out. */
function key(namespace: string, id: string): Uint8Array {
  const content = Uint8Array.of(...utf8(`shoal/1/${namespace}`), 0, ...fromHex(id)!)
  return Uint8Array.of(0x12, 0x20, ...sha256(content))
}

it('finds a hybrid torrent by either hash', () => {
  const [v2, v1] = [key('cid::', `017b1220${'22'.repeat(32)}`), key('info_hash_idx::', '11'.repeat(20))]
  expect(contentKeys({ v1: V1, v2: V2 })).toEqual([v2, v1])
  expect(contentKeys({ v1: V1 })).toEqual([v1])
  expect(contentKeys({ v2: V2 })).toEqual([v2])
})
