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
  ['CP936', [0xb2, 0xe2], '测'],
  ['ms932', [0x83, 0x65], 'テ'],
  ['949', [0xc5, 0xd7], '테'],
  ['cp866', [0xe2, 0xa5], 'те'],
  ['28592', [0xb1], 'ą'],
  ['99999', [0xb1], '\xb1'],
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

test('reads names in the code page that a .torrent names, also in addition to UTF-8', () => {
  const info = { name: Uint8Array.of(0xb2, 0xe2), 'piece length': 16384, length: 0, pieces: '' }
  for (const more of [{}, { encoding: 'UTF-8' }]) {
    const metainfo = parseMetainfo(encode({ codepage: 936, ...more, info }))
    expect(metainfo.info.name).toBe('测')
    expect(parseMetainfo(writeMetainfo(metainfo))).toEqual(metainfo)
  }
  expect(parseMetainfo(encode({ codepage: 936, encoding: 'Big5', info })).info.name).toBe('聆')
})
