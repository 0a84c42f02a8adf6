import { describe, expect, it } from 'vitest'
import { hex } from '../base/bytes.ts'
import { libtorrentHybrid, libtorrentV1 } from './fixtures.ts'
import { parseMetainfo } from './parse-metainfo.ts'
import { TorrentHashes } from './torrent-hashes.ts'

const { info, pieceLayers } = parseMetainfo(libtorrentHybrid.bytes)

describe('TorrentHashes', () => {
  it('knows only single-piece files without layers and learns the others from peers', () => {
    const seed = new TorrentHashes(info, pieceLayers)
    const learner = new TorrentHashes(info)
    // One piece of `.hidden`, five of `b.bin`, three of `d/z`, one of `d.txt`.
    const known = () => Array.from({ length: 10 }, (_, piece) => learner.expected(piece) !== undefined)
    expect(known()).toEqual([true, ...Array(8).fill(false), true])
    const missing = learner.missing()
    expect(missing.length).toBe(2)
    for (const { tree, range } of missing) {
      const answer = seed.tree(tree.piecesRoot)!.hashesFor(range)!
      expect(learner.tree(tree.piecesRoot)!.addHashes(range, answer)).toBe(true)
    }
    expect(known()).toEqual(Array(10).fill(true))
    expect(learner.missing()).toEqual([])
    expect(learner.pieceLayers()).toEqual(pieceLayers)
    for (let piece = 0; piece < 10; piece++) expect(learner.expected(piece)).toEqual(seed.expected(piece))
  })

  it('finds the file tree and file piece of a torrent piece', () => {
    const hashes = new TorrentHashes(info, pieceLayers)
    const place = hashes.locate(3)!
    const file = info.files.find(entry => entry.path.at(-1) === 'b.bin')!
    expect([hex(place.tree.piecesRoot), place.index]).toEqual([hex(file.piecesRoot!), 2])
    expect(hashes.locate(10)).toBeUndefined()
    expect(hashes.tree(new Uint8Array(32))).toBeUndefined()
  })

  it('has no hashes for v1', () => {
    const hashes = new TorrentHashes(parseMetainfo(libtorrentV1.bytes).info)
    expect([hashes.expected(0), hashes.missing(), hashes.pieceLayers()]).toEqual([undefined, [], new Map()])
  })
})
