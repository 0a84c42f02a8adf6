import { beforeAll, describe, expect, it } from 'vitest'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import type { RemotePeer } from '../testing/remote-peer.ts'
import { type RemoteOptions, TestSwarm } from '../testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'

const PIECES = 24

let torrent: TestTorrent
beforeAll(async () => {
  torrent = await testTorrent({ pieces: PIECES, pieceLengthBytes: BLOCK_BYTES })
})

async function leech(bench: TestSwarm, options: RemoteOptions = {}): Promise<RemotePeer> {
  const { remote } = await bench.connect(options)
  remote.send(out => [out.haveNone(), out.interested()])
  await bench.pass(12_000)
  expect(remote.has('unchoke')).toBe(true)
  return remote
}

const suggested = (remote: RemotePeer) => remote.all('suggest').map(Number)

describe('a seed', () => {
  it('suggests different pieces to its peers, and one more for each that is requested', async () => {
    const bench = await TestSwarm.open(torrent, { have: 'all' })
    const [first, second] = [await leech(bench), await leech(bench)]
    expect([...suggested(first), ...suggested(second)]).toEqual(Array.from({ length: 16 }, (_, i) => i))
    const { events } = first.heard
    expect(events.indexOf('suggest 0')).toBeLessThan(events.indexOf('unchoke'))
    first.send(out => [out.request(0, 0, BLOCK_BYTES), out.request(0, 0, BLOCK_BYTES)])
    await bench.pass(100)
    expect(suggested(first)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 16])
  })

  it('suggests again what was not requested, but not what peers have or requested', async () => {
    const bench = await TestSwarm.open(torrent, { have: 'all' })
    const first = await leech(bench)
    first.send(out => [out.request(0, 0, BLOCK_BYTES), out.have(3)])
    await leech(bench)
    const last = [await leech(bench), await leech(bench)].flatMap(suggested)
    expect(last).toEqual([17, 18, 19, 20, 21, 22, 23, 1, 2, 4, 5, 6, 7, 8, 9, 10])
  })

  it('suggests nothing to a peer without the fast extension, or when another peer has all pieces but one', async () => {
    const bench = await TestSwarm.open(torrent, { have: 'all' })
    const { remote: plain } = await bench.connect({ features: { fast: false } })
    plain.send(out => out.interested())
    await bench.pass(12_000)
    expect(plain.has('unchoke')).toBe(true)
    const { remote: almost } = await bench.connect()
    almost.send(out => out.bitfield(Uint8Array.of(255, 255, 254)))
    await bench.pass(100)
    expect(suggested(await leech(bench))).toEqual([PIECES - 1])
    expect(suggested(plain)).toEqual([])
  })
})
