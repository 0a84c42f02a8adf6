import { beforeAll, describe, expect, it } from 'vitest'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import type { PieceBuffer } from '../pieces/piece-buffer.ts'
import { TestSwarm } from '../testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'

const PIECE = 2 * BLOCK_BYTES

let torrent: TestTorrent
beforeAll(async () => {
  torrent = await testTorrent({ lengths: [30 * PIECE + 100] })
})

const bytesAt = (piece: number, begin: number, length = BLOCK_BYTES) =>
  torrent.content.slice(piece * PIECE + begin, piece * PIECE + begin + length)

describe('a download from one peer', () => {
  it('fetches every block once, including the short last one, and stores correct pieces', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote, peer } = await bench.seed()
    await bench.until(() => bench.have.isFull)
    expect(new Set(remote.requests.map(String)).size).toBe(61)
    expect(remote.requests).toHaveLength(61)
    expect(remote.requests).toContainEqual([30, 0, 100])
    expect(await bench.isRight()).toBe(true)
    expect(bench.downloaded).toBe(torrent.content.length)
    expect(peer.download.totalBytes).toBe(torrent.content.length)
    expect(bench.swarm.state.wastedBytes).toBe(0)
    await bench.pass(10)
    // Neither side has anything left to do.
    expect(remote.closed).toBe(true)
  })

  it('requests nothing while choked, and everything again after a choke without the fast extension', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote } = await bench.connect({ features: { fast: false } })
    remote.send(out => out.bitfield(Uint8Array.of(0xff, 0xff, 0xff, 0xfe)))
    await bench.pass(2000)
    expect(remote.requests).toEqual([])
    remote.send(out => out.unchoke())
    await bench.pass(10)
    const first = remote.requests
    expect(first.length).toBeGreaterThan(0)
    remote.send(out => out.choke())
    await bench.pass(3000)
    expect(remote.requests).toHaveLength(first.length)
    remote.serves = { content: torrent.content, pieceLengthBytes: PIECE }
    remote.send(out => out.unchoke())
    await bench.until(() => bench.have.isFull)
    // Those before the choke are lost, and nothing else is requested twice.
    expect(remote.requests).toHaveLength(first.length + 61)
    expect(bench.swarm.state.wastedBytes).toBe(0)
  })

  it('keeps its requests during a choke with the fast extension, until they are rejected (BEP 6)', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote, peer } = await bench.connect()
    remote.send(out => [out.haveAll(), out.unchoke()])
    await bench.pass(10)
    const [[piece, begin, length]] = remote.requests as [[number, number, number]]
    remote.send(out => out.choke())
    remote.block(piece, begin, bytesAt(piece, begin, length))
    await bench.pass(10)
    expect(bench.transfer.picker.isReceived(bench.transfer.firstBlock(piece) + begin / BLOCK_BYTES)).toBe(
      true,
    )
    expect(peer!.download.asked).toBe(remote.requests.length - 1)
    remote.send(out => {
      for (const [p, b, l] of remote.requests) out.reject(p!, b!, l!)
    })
    await bench.pass(10)
    expect(peer!.download.asked).toBe(0)
    expect(bench.swarm.state.wastedBytes).toBe(0)
  })

  it('grows the window with the rate, within the queue of the peer', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote, peer } = await bench.seed()
    remote.answers = () => false
    remote.extended({ requestQueue: 6 })
    await bench.pass(10)
    const before = remote.requests.length
    for (const [p, b, l] of [...remote.requests]) remote.answer(p!, b!, l!)
    await bench.pass(10)
    expect(peer.download.asked).toBeGreaterThan(before)
    expect(peer.download.asked).toBeLessThanOrEqual(6)
  })

  it('does not request rejected blocks again and again', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote } = await bench.connect()
    remote.serves = { content: torrent.content, pieceLengthBytes: PIECE }
    remote.answers = (piece, begin, length) => {
      remote.send(out => out.reject(piece, begin, length))
      return false
    }
    remote.send(out => [out.haveAll(), out.unchoke()])
    await bench.pass(10_000)
    expect(remote.requests.length).toBeLessThan(1000)
    expect(remote.closed).toBe(false)
  })

  it('obeys the rate limit', async () => {
    const bench = await TestSwarm.open(torrent, { limits: { download: 4 * BLOCK_BYTES } })
    await bench.seed()
    await bench.pass(5000)
    expect(bench.downloaded).toBeGreaterThan(17 * BLOCK_BYTES)
    expect(bench.downloaded).toBeLessThan(23 * BLOCK_BYTES)
  })
})

describe('a peer that sends nothing', () => {
  it('is snubbed: its blocks are requested from others, and late blocks are accepted', async () => {
    const bench = await TestSwarm.open(torrent, { have: Array.from({ length: 30 }, (_, i) => i + 1) })
    const slow = await bench.seed()
    slow.remote.answers = () => false
    await bench.pass(10)
    expect(slow.remote.requests).toHaveLength(2)
    await bench.pass(20_000)
    expect(slow.peer.download.snubbed).toBe(true)
    slow.remote.answer(0, 0, BLOCK_BYTES)
    await bench.pass(10)
    expect(slow.peer.download.snubbed).toBe(false)
    expect(bench.swarm.state.wastedBytes).toBe(0)
    const other = await bench.seed()
    await bench.until(() => bench.have.isFull)
    expect(other.remote.requests.map(String)).toContain(`0,${BLOCK_BYTES},${BLOCK_BYTES}`)
    expect(await bench.isRight()).toBe(true)
  })

  it('frees a half-received block when it leaves', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote } = await bench.connect()
    remote.send(out => [out.haveAll(), out.unchoke()])
    await bench.pass(10)
    const [[piece, begin]] = remote.requests as [[number, number]]
    remote.send(out => out.blockHeader(piece, begin, BLOCK_BYTES))
    remote.connection.write(new Uint8Array(5000))
    await bench.pass(10)
    remote.connection.close()
    await bench.pass(10)
    await bench.seed()
    await bench.until(() => bench.have.isFull)
    expect(await bench.isRight()).toBe(true)
  })
})

describe('unrequested blocks', () => {
  it.each([
    ['of a piece that does not exist', 31, 0, BLOCK_BYTES],
    ['at an odd place', 0, 5, BLOCK_BYTES],
    ['behind the end of the piece', 0, 2 * BLOCK_BYTES, BLOCK_BYTES],
    ['of another size', 0, 0, 100],
    ['that fit but were not asked of it', 0, 0, BLOCK_BYTES],
  ])('%s are wasted and change nothing', async (_, piece, begin, length) => {
    const bench = await TestSwarm.open(torrent)
    const { remote } = await bench.connect()
    remote.block(piece, begin, new Uint8Array(length))
    await bench.pass(10)
    expect(bench.swarm.state.wastedBytes).toBe(length)
    expect(remote.closed).toBe(false)
    await bench.seed()
    await bench.until(() => bench.have.isFull)
    expect(await bench.isRight()).toBe(true)
    expect(bench.log).toEqual([])
  })

  it('close the connection if there are too many', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote } = await bench.connect()
    const block = new Uint8Array(BLOCK_BYTES)
    for (let i = 0; i < 600; i++) remote.block(0, 0, block)
    await bench.pass(100)
    expect(remote.closed).toBe(true)
    expect(bench.log[0]).toContain('did not request')
    expect(bench.swarm.state.wastedBytes).toBeLessThan(9 * 1024 * 1024)
  })
})

describe('a peer that leaves, is slow or announces little', () => {
  it('gets no requests after it has left, even if it waited for a limit', async () => {
    const bench = await TestSwarm.open(torrent, { limits: { download: 20_000 } })
    const { remote, peer } = await bench.seed()
    await bench.until(() => peer.download.totalBytes > 0)
    expect(bench.limits.download.waiting).toBe(1)
    remote.connection.close()
    await bench.pass(1000)
    expect(bench.limits.download.waiting).toBe(0)
    expect(bench.transfer.picker.sources.requestedFrom(peer.id)).toBe(0)
    bench.limits.download.setRate(Number.POSITIVE_INFINITY)
    await bench.pass(1000)
    expect(bench.transfer.picker.sources.requestedFrom(peer.id)).toBe(0)
  })

  it('takes no part in endgame, where it would keep blocks from peers that deliver', async () => {
    const bench = await TestSwarm.open(torrent, { have: Array.from({ length: 30 }, (_, i) => i + 1) })
    const first = await bench.seed()
    first.remote.answers = () => false
    await bench.pass(10)
    expect(first.remote.requests).toHaveLength(2)
    const snubbing = await bench.seed()
    snubbing.peer.download.snubbed = true
    await bench.pass(8000)
    expect(snubbing.remote.requests).toEqual([])
    const other = await bench.seed()
    await bench.until(() => bench.have.isFull)
    expect(other.remote.requests).toHaveLength(2)
  })

  it('is not snubbed while one block takes long', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote, peer } = await bench.connect()
    remote.send(out => [out.haveAll(), out.unchoke()])
    await bench.pass(10)
    const [[piece, begin, length]] = remote.requests as [[number, number, number]]
    const bytes = bytesAt(piece, begin, length)
    remote.send(out => out.blockHeader(piece, begin, length))
    for (let at = 0; at < length; at += 512) {
      remote.connection.write(bytes.slice(at, at + 512))
      await bench.pass(1000)
    }
    expect(peer!.download.totalBytes).toBe(length)
    expect(bench.transfer.picker.isReceived(2 * piece + begin / BLOCK_BYTES)).toBe(true)
    expect(bench.swarm.state.wastedBytes).toBe(0)
  })

  it('may send a block that was cancelled', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote, peer } = await bench.connect()
    remote.send(out => [out.haveAll(), out.unchoke()])
    await bench.pass(10)
    const [[piece, begin, length]] = remote.requests as [[number, number, number]]
    const number = 2 * piece + begin / BLOCK_BYTES
    bench.transfer.picker.released(peer!.id, number)
    peer!.download.cancel(number)
    remote.block(piece, begin, bytesAt(piece, begin, length))
    await bench.pass(10)
    expect(bench.transfer.picker.isReceived(number)).toBe(true)
    expect(bench.swarm.state.wastedBytes).toBe(0)
  })

  it('frees the memory of the pieces that it began', async () => {
    const bench = await TestSwarm.open(torrent)
    const opened: PieceBuffer[] = []
    const claim = bench.transfer.buffers.claim.bind(bench.transfer.buffers)
    bench.transfer.buffers.claim = (...parameters) => {
      const open = claim(...parameters)
      if (open) opened.push(open)
      return open
    }
    for (let i = 0; i < 5; i++) {
      const { remote } = await bench.connect()
      remote.send(out => [out.haveAll(), out.unchoke()])
      await bench.pass(10)
      const [[piece, begin, length]] = remote.requests as [[number, number, number]]
      remote.send(out => out.blockHeader(piece, begin, length))
      remote.connection.write(bytesAt(piece, begin, 1000))
      await bench.pass(10)
      remote.connection.close()
      await bench.pass(10)
    }
    expect(opened).toHaveLength(5)
    expect(opened.filter(open => !open.released)).toEqual([])
  })

  it('gets at most 250 requests unless it announces a longer queue (BEP 10)', async () => {
    const bench = await TestSwarm.open(torrent)
    const { peer } = await bench.connect({ features: { extended: false } })
    for (let i = 0; i < 1000; i++) peer!.download.window.onBlock(BLOCK_BYTES, 100, i)
    expect(peer!.download.window.target).toBe(250)
  })
})
