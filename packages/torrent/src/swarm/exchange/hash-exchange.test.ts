import { beforeAll, describe, expect, it } from 'vitest'
import { fromHex } from '../../base/bytes.ts'
import { TorrentHashes } from '../../metainfo/torrent-hashes.ts'
import type { HashRange } from '../../wire/messages.ts'
import type { RemotePeer } from '../testing/remote-peer.ts'
import { TestSwarm } from '../testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'

let torrent: TestTorrent
beforeAll(async () => {
  torrent = await testTorrent({
    lengths: [40 * 65536 + 5, 3 * 65536, 1000],
    pieceLengthBytes: 65536,
    version: 'v2',
  })
})

/** All hashes of the torrent, as a seed has them. */
const known = () => {
  const { info, pieceLayers } = torrent.metainfo
  return new TorrentHashes(info, pieceLayers, torrent.layout)
}

/** Requests for hashes that the peer heard. */
function asked(remote: RemotePeer): HashRange[] {
  return remote.all('hashRequest').map(text => {
    const [root, ...numbers] = text.split(' ')
    const [baseLayer, index, length, proofLayers] = numbers.map(Number) as [number, number, number, number]
    const piecesRoot = fromHex(root!)!
    return { piecesRoot, baseLayer, index, length, proofLayers }
  })
}

/** Answers all requests so far, changed by `spoil`. */
function answer(remote: RemotePeer, spoil: (hashes: Uint8Array) => void = () => {}): void {
  for (const range of asked(remote)) {
    const hashes = known().tree(range.piecesRoot)!.hashesFor(range)!
    spoil(hashes)
    remote.send(out => out.hashes(range, hashes))
  }
}

const open = () => TestSwarm.open(torrent, { withoutLayers: true })
const v2 = { v2: true, features: { v2: true } }

describe('fetching hashes (BEP 52)', () => {
  it('requests all missing layers, and downloads the pieces that they verify', async () => {
    const bench = await open()
    const { remote } = await bench.seed(v2)
    await bench.pass(2000)
    // A file of one piece needs no layer: its root is the hash of the piece.
    await bench.until(() => bench.pieces.length === 1)
    expect(bench.swarm.state.uploadOnly).toBe(false)
    answer(remote)
    await bench.until(() => bench.have.isFull)
    expect(await bench.isRight()).toBe(true)
    expect(bench.transfer.wanted.isFinished).toBe(true)
  })

  it('requests nothing from peers that do not speak v2', async () => {
    const bench = await open()
    const { remote } = await bench.seed()
    await bench.pass(5000)
    expect(asked(remote)).toEqual([])
  })

  it('disconnects a peer whose hashes do not verify, and asks another', async () => {
    const bench = await open()
    const bad = await bench.connect(v2)
    answer(bad.remote, hashes => {
      hashes[3]! ^= 1
    })
    await bench.pass(10)
    expect(bad.remote.closed).toBe(true)
    const good = await bench.seed(v2)
    await bench.pass(10)
    answer(good.remote)
    await bench.until(() => bench.have.isFull)
    expect(await bench.isRight()).toBe(true)
  })

  it('asks another peer if one rejects or does not answer', async () => {
    const bench = await open()
    const rejecting = await bench.connect(v2)
    for (const range of asked(rejecting.remote)) rejecting.remote.send(out => out.hashReject(range))
    await bench.pass(10)
    const hanging = await bench.connect(v2)
    await bench.pass(10)
    expect(asked(hanging.remote).length).toBeGreaterThan(0)
    const good = await bench.seed(v2)
    await bench.pass(25_000)
    answer(good.remote)
    await bench.until(() => bench.have.isFull)
    expect(rejecting.remote.closed).toBe(false)
    expect(asked(rejecting.remote).length).toBeLessThan(4)
  })

  it('ignores hashes that were not requested', async () => {
    const bench = await open()
    const one = await bench.connect(v2)
    const ranges = asked(one.remote)
    const other = await bench.connect(v2)
    other.remote.send(out => {
      for (const range of ranges) out.hashes(range, new Uint8Array(64))
    })
    await bench.pass(10)
    expect(other.remote.closed).toBe(false)
    expect(bench.transfer.roots.hashes.missing()).toHaveLength(2)
  })
})

describe('sending hashes', () => {
  const rootOf = (file: number) => torrent.layout.files[file]!.piecesRoot!
  const range = (file: number, baseLayer: number, index: number, length: number, proofLayers = 0) => ({
    piecesRoot: rootOf(file),
    baseLayer,
    index,
    length,
    proofLayers,
  })

  it('answers with piece layers and with hashes of blocks, read from the piece', async () => {
    const bench = await TestSwarm.open(torrent, { have: 'all' })
    const { remote } = await bench.connect(v2)
    remote.send(out => {
      out.hashRequest(range(0, 2, 0, 32, 0))
      out.hashRequest(range(0, 0, 8, 4, 2))
    })
    await bench.pass(10)
    expect(remote.all('hashReject')).toEqual([])
    expect(remote.all('hashes')).toHaveLength(2)
    // Hashes of blocks must lead to the root.
    const text = remote.all('hashes').find(event => event.split(' ')[1] === '0')!
    const hashes = fromHex(text.split(' ').at(-1)!)!
    expect(hashes.length).toBeGreaterThanOrEqual(4 * 32)
  })

  it('rejects unknown hashes, missing pieces and invalid ranges', async () => {
    const bench = await TestSwarm.open(torrent, { have: [5] })
    const { remote } = await bench.connect(v2)
    remote.send(out => {
      out.hashRequest({ ...range(0, 2, 0, 32), piecesRoot: new Uint8Array(32) })
      out.hashRequest(range(0, 0, 0, 4))
      out.hashRequest(range(0, 2, 3, 32))
      out.hashRequest(range(0, 31, 0, 2 ** 31))
    })
    await bench.pass(10)
    expect(remote.all('hashReject')).toHaveLength(4)
    expect(remote.all('hashes')).toEqual([])
    expect(remote.closed).toBe(false)
  })

  it('reads few pieces at a time for one peer', async () => {
    let reads = 0
    const bench = await TestSwarm.open(torrent, {
      have: 'all',
      storage: inner => ({
        ...inner,
        write: (offset, bytes) => inner.write(offset, bytes),
        readParts: (offset, parts) => inner.readParts(offset, parts),
        close: () => inner.close(),
        read: (offset, into) => {
          reads++
          return inner.read(offset, into)
        },
      }),
    })
    const { remote } = await bench.connect(v2)
    remote.send(out => {
      for (let i = 0; i < 500; i++) out.hashRequest(range(0, 0, 4 * (i % 40), 4))
    })
    await bench.pass(100)
    expect(reads).toBeLessThan(10)
    expect(remote.all('hashReject').length + remote.all('hashes').length).toBe(500)
    expect(remote.all('hashes').length).toBeGreaterThan(0)
  })

  it('reads no more than twice the torrent for one connection', async () => {
    const bench = await TestSwarm.open(torrent, { have: 'all' })
    const { remote } = await bench.connect(v2)
    const limit = 2 * torrent.layout.pieceCount
    for (let i = 0; i < limit + 10; i++) {
      remote.send(out => out.hashRequest(range(0, 0, 4 * (i % 40), 4)))
      await bench.pass(5)
    }
    expect(remote.all('hashes')).toHaveLength(limit)
    expect(remote.all('hashReject')).toHaveLength(10)
    // Hashes that are known without reading are still sent.
    remote.send(out => out.hashRequest(range(0, 2, 0, 32, 0)))
    await bench.pass(5)
    expect(remote.all('hashes')).toHaveLength(limit + 1)
  })
})
