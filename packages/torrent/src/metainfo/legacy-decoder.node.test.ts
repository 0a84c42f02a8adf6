import { expect, test } from 'vitest'
import { encode } from '../bencode/bencode.ts'
import { parseMetainfo } from './parse-metainfo.ts'
import { writeMetainfo } from './write-metainfo.ts'

test.each([
  ['GBK', [0xb2, 0xe2, 0xca, 0xd4], '测试'],
  ['gb18030', [0xb2, 0xe2], '测'],
  ['Big5', [0xb4, 0xfa], '測'],
  ['Shift_JIS', [0x83, 0x65], 'テ'],
  ['windows-1251', [0xf2, 0xe5], 'те'],
  ['UTF-8', [0xc3, 0xa9], 'é'],
  ['GBK', [0xc3, 0xa9], 'é'],
  ['GBK', [0xb2, 0xff], '\xb2\xff'],
  ['utf-16le', [0xb2, 0xe2], '\xb2\xe2'],
  ['no such encoding', [0xb2, 0xe2], '\xb2\xe2'],
])('reads names in the encoding %s, keeps it and does not touch the info hash', (encoding, bytes, name) => {
  const raw = { name: Uint8Array.from(bytes), 'piece length': 16384, length: 0, pieces: '' }
  const metainfo = parseMetainfo(encode({ encoding, info: raw }))
  expect(metainfo.info.name).toBe(name)
  expect(metainfo.info.files[0]!.path).toEqual([name])
  expect(metainfo.info.bytes).toEqual(encode(raw))
  expect(parseMetainfo(writeMetainfo(metainfo))).toEqual(metainfo)
})
