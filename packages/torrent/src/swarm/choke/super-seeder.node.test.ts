import { beforeAll, describe, expect, test } from 'vitest'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import type { RemotePeer } from '../testing/remote-peer.ts'
import { TestSwarm } from '../testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'

let torrent: TestTorrent
beforeAll(async () => {
  torrent = await testTorrent({ pieces: 12 })
})

/** The member of the extended handshake, as the recorder shows it. */
const UPLOAD_ONLY = Buffer.from('11:upload_onlyi1e').toString('hex')
const open = () => TestSwarm.open(torrent, { have: 'all', superSeeding: true })
const shown = (remote: RemotePeer) => remote.all('have').map(Number)

/** A leech that has nothing and says so. */
async function leech(bench: TestSwarm): Promise<RemotePeer> {
  const { remote } = await bench.connect()
  remote.extended()
  remote.send(out => out.haveNone())
  await bench.pass(100)
  return remote
}

describe('super seeding (BEP 16)', () => {
  test('shows each peer other pieces, does not say that it is a seed, and serves nothing else', async () => {
    const bench = await open()
    const [a, b] = [await leech(bench), await leech(bench)]
    expect(a.has('haveNone')).toBe(true)
    expect(a.all('haveAll')).toEqual([])
    expect(a.all('extended').join()).not.toContain(UPLOAD_ONLY)
    const all = [...shown(a), ...shown(b)]
    expect(new Set(all).size).toBe(4)
    const [hidden] = shown(b)
    a.send(out => {
      out.interested()
      out.request(hidden!, 0, BLOCK_BYTES)
      out.request(shown(a)[0]!, 0, BLOCK_BYTES)
    })
    await bench.pass(15_000)
    expect(a.all('reject')).toContain(`${hidden} 0 ${BLOCK_BYTES}`)
    a.send(out => out.request(shown(a)[0]!, 0, BLOCK_BYTES))
    await bench.pass(1000)
    expect(a.blocks.length).toBeGreaterThan(0)
    await bench.close()
  })

  test('shows a peer the next piece once another one has the last', async () => {
    const bench = await open()
    const [a, b] = [await leech(bench), await leech(bench)]
    const [first] = shown(a)
    a.send(out => {
      out.interested()
      out.have(first!)
    })
    await bench.pass(10_000)
    expect(shown(a)).toHaveLength(2)
    b.send(out => out.have(first!))
    await bench.pass(100)
    expect(shown(a)).toHaveLength(3)
    await bench.close()
  })

  test('shows more to a peer that wants none of what it sees, or that is alone, or whose pieces do not spread', async () => {
    const bench = await open()
    const a = await leech(bench)
    await bench.pass(30_000)
    expect(shown(a).length).toBeGreaterThan(4)
    await bench.close()

    const other = await open()
    const b = await leech(other)
    b.send(out => out.interested())
    b.send(out => out.have(shown(b)[0]!))
    await other.pass(100)
    expect(shown(b)).toHaveLength(3)
    const c = await leech(other)
    c.send(out => out.interested())
    const before = shown(b).length
    b.send(out => out.have(shown(b)[1]!))
    await other.pass(60_000)
    expect(shown(b)).toHaveLength(before)
    await other.pass(70_000)
    expect(shown(b).length).toBeGreaterThan(before)
    await other.close()
  })

  test('ends when the peers together have every piece, or one of them is a seed', async () => {
    const all = Array.from({ length: 12 }, (_, piece) => piece)
    const bench = await open()
    const [a, b] = [await leech(bench), await leech(bench)]
    for (const piece of all) (piece % 2 ? a : b).send(out => out.have(piece))
    await bench.pass(1000)
    expect(new Set([...shown(a), ...all.filter(piece => piece % 2)])).toEqual(new Set(all))
    const late = await leech(bench)
    expect(late.has('haveAll')).toBe(true)
    expect(late.all('extended').join()).toContain(UPLOAD_ONLY)
    await bench.close()

    const other = await open()
    const c = await leech(other)
    await other.seed()
    await other.pass(100)
    expect(shown(c).toSorted((x, y) => x - y)).toEqual(all)
    await other.close()
  })
})
