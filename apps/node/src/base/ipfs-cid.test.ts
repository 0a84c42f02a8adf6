import { fileCid, torrentCid } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { refuseIpfsCid } from './ipfs-cid.ts'

test.each([
  'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnf5ZG',
  'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
  'BAFYBEIGDYRZT5SFP7UDM7HU76UH7Y26NF3EFUYLQABF3OCLGTQY55FBZDI',
  'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
  'zdj7WhuEjrB52m1BisYCtmjH1hSKa7yZ3jEZ9JcXaFRD51wVz',
  'k51qzi5uqu5dgutdk6i1ynyzgkqngpha5xpgia3a5qqp4jsh0u4csozksxel2r',
  'ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi/readme',
  '/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnf5ZG',
])('%s is explained', text => {
  expect(() => refuseIpfsCid(text)).toThrow(
    expect.objectContaining({ code: 'ipfs-content-id', message: expect.stringContaining('baf5rei') }),
  )
})

test('the content ID of a file is explained', () => {
  expect(() => refuseIpfsCid(fileCid(new Uint8Array(32)))).toThrow(/a file in a torrent/)
})

test.each([
  torrentCid({ v2: new Uint8Array(32).fill(3) }),
  torrentCid({ v1: new Uint8Array(20).fill(3) }),
  `ipfs://${torrentCid({ v2: new Uint8Array(32) })}`,
  'b'.repeat(40),
  'a'.repeat(64),
  'magnet:?xt=urn:btih:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  'https://example.org/ipfs/film.torrent',
  '/home/ana/ipfs/film.torrent',
  'film.torrent',
  '',
])('%s is not a content ID of IPFS', text => {
  expect(() => refuseIpfsCid(text)).not.toThrow()
})
