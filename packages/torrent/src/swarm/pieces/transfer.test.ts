import { beforeAll, describe, expect, it } from 'vitest'
import { ShoalError } from '../../base/errors.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import type { Storage } from '../../storage/storage.ts'
import type { RemotePeer } from '../testing/remote-peer.ts'
import { TestSwarm } from '../testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'

const PIECE = 4 * BLOCK_BYTES

let torrent: TestTorrent
beforeAll(async () => {
  torrent = await testTorrent({ pieces: 12, pieceLengthBytes: PIECE })
})

/** Makes the peer's answers wrong where `lies` returns true. */
function spoil(remote: RemotePeer, lies: (piece: number, begin: number) => boolean): void {
  remote.answers = (piece, begin, length) => {
    if (!lies(piece, begin)) return true
    remote.block(piece, begin, new Uint8Array(length).fill(piece))
    return false
  }
}

/** Replaces members of the storage by the given ones. */
function wrap(inner: Storage, members: Partial<Storage>): Storage {
  return new Proxy(inner, {
    get(target, name) {
      const member = members[name as keyof Storage] ?? target[name as keyof Storage]
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

describe('pieces that do not match their hash', () => {
  it.each(['v1', 'v2', 'hybrid'] as const)(
    'are fetched again, and a %s peer that sent wrong bytes is banned',
    async version => {
      const torrent = await testTorrent({ pieces: 12, pieceLengthBytes: PIECE, version })
      const bench = await TestSwarm.open(torrent)
      const liar = await bench.seed()
      spoil(liar.remote, piece => piece >= 0)
      await bench.until(() => liar.remote.closed)
      expect(bench.pieces).toEqual([])
      expect(bench.swarm.pool.isBanned('80.0.1.2')).toBe(true)
      const again = await bench.connect({ ip: '80.0.1.2' })
      expect(again.peer).toBeUndefined()
      await bench.seed()
      await bench.until(() => bench.have.isFull)
      expect(await bench.isRight()).toBe(true)
      expect(bench.transfer.wastedBytes).toBeGreaterThanOrEqual(PIECE)
    },
  )

  it('from several senders are settled by the correct bytes: guilty peers are banned, others cleared', async () => {
    const bench = await TestSwarm.open(torrent, { have: Array.from({ length: 11 }, (_, i) => i + 1) })
    // One piece is left, of which each peer has sent two blocks.
    const liar = await bench.connect()
    const honest = await bench.connect()
    for (const { remote } of [liar, honest]) {
      remote.extended({ requestQueue: 2 })
      remote.send(out => [out.haveAll(), out.unchoke()])
      remote.serves = { content: torrent.content, pieceLengthBytes: PIECE }
    }
    for (const { remote } of [liar, honest]) remote.answers = () => false
    await bench.pass(50)
    expect(liar.remote.requests).toHaveLength(2)
    expect(honest.remote.requests).toHaveLength(2)
    spoil(liar.remote, () => true)
    honest.remote.answers = () => true
    for (const [piece, begin, length] of [...liar.remote.requests])
      liar.remote.block(piece!, begin!, new Uint8Array(length!))
    for (const [piece, begin, length] of [...honest.remote.requests])
      honest.remote.answer(piece!, begin!, length!)
    await bench.until(() => bench.have.isFull)
    expect(await bench.isRight()).toBe(true)
    expect(liar.remote.closed).toBe(true)
    expect(bench.swarm.pool.isBanned('80.0.1.2')).toBe(true)
    expect(bench.swarm.pool.isBanned('80.0.1.3')).toBe(false)
  })
})

describe('storage', () => {
  it('that refuses bytes stops the requests; nothing is lost when it accepts them again', async () => {
    let full = true
    const noSpace = new ShoalError('no-space', 'no space left: freed space resumes the download')
    const bench = await TestSwarm.open(torrent, {
      storage: inner =>
        wrap(inner, {
          write: (offset, bytes) => (full ? Promise.reject(noSpace) : inner.write(offset, bytes)),
        }),
    })
    const { remote } = await bench.seed()
    await bench.until(() => bench.errors.length > 0)
    expect(bench.errors).toEqual([noSpace])
    await bench.pass(100)
    const asked = remote.requests.length
    await bench.pass(10_000)
    expect(remote.requests).toHaveLength(asked)
    expect(bench.transfer.writer.isStuck).toBe(true)
    expect(bench.have.count).toBe(0)
    expect(await bench.transfer.retryWrites()).toBe(false)
    full = false
    expect(await bench.transfer.retryWrites()).toBe(true)
    expect(bench.have.count).toBeGreaterThan(0)
    await bench.until(() => bench.have.isFull)
    expect(await bench.isRight()).toBe(true)
    expect(remote.requests).toHaveLength(48)
  })

  it('that is slow holds the peers back, and a piece counts only when it is written', async () => {
    const big = await testTorrent({ pieces: 20, pieceLengthBytes: 4 * 1024 * 1024 })
    const waiting: (() => void)[] = []
    const bench = await TestSwarm.open(big, {
      storage: inner =>
        wrap(inner, {
          async write(offset, bytes) {
            const copy = bytes.slice()
            await new Promise<void>(resolve => waiting.push(resolve))
            await inner.write(offset, copy)
          },
        }),
    })
    await bench.seed()
    await bench.pass(60_000)
    expect(bench.have.count).toBe(0)
    const held = bench.transfer.writer.unwrittenBytes
    expect(held).toBeGreaterThan(16 * 1024 * 1024)
    expect(bench.downloaded).toBeLessThan(80 * 1024 * 1024)
    await bench.pass(60_000)
    expect(bench.transfer.writer.unwrittenBytes).toBe(held)
    while (!bench.have.isFull) {
      for (const go of waiting.splice(0)) go()
      await bench.pass(1000)
    }
    expect(bench.pieces).toHaveLength(20)
  })

  it('is not written to after closing, which waits for the writes under way', async () => {
    let finish = () => {}
    let writes = 0
    const bench = await TestSwarm.open(torrent, {
      storage: inner =>
        wrap(inner, {
          async write(offset, bytes) {
            writes++
            await new Promise<void>(resolve => (finish = resolve))
            await inner.write(offset, bytes)
          },
        }),
      limits: { download: PIECE },
    })
    await bench.seed()
    await bench.until(() => writes === 1)
    let closed = false
    const closing = bench.transfer.close().then(() => {
      closed = true
    })
    await bench.pass(5000)
    expect(closed).toBe(false)
    finish()
    await closing
    await bench.pass(60_000)
    expect(writes).toBe(1)
    // It was written before the end, but no event reports it.
    expect(bench.pieces).toEqual([])
    expect(bench.have.count).toBe(1)
  })
})

describe('several sources', () => {
  it('share the work: no block arrives twice before the endgame', async () => {
    const bench = await TestSwarm.open(torrent)
    const seeds = [await bench.seed(), await bench.seed(), await bench.seed()]
    await bench.until(() => bench.have.isFull)
    expect(await bench.isRight()).toBe(true)
    expect(bench.swarm.state.wastedBytes).toBe(0)
    const requests = seeds.flatMap(({ remote }) => remote.requests.map(String))
    expect(new Set(requests).size).toBe(48)
  })

  it('race in the endgame, and the slower one is cancelled (BEP 3)', async () => {
    const bench = await TestSwarm.open(torrent, { have: Array.from({ length: 11 }, (_, i) => i) })
    const slow = await bench.seed()
    slow.remote.answers = () => false
    await bench.pass(10)
    expect(slow.remote.requests).toHaveLength(4)
    await bench.pass(5000)
    const fast = await bench.seed()
    fast.remote.answers = (_, begin) => begin > 0
    await bench.until(() => fast.remote.requests.length === 4, 10_000)
    await bench.pass(100)
    expect(slow.remote.all('cancel').toSorted()).toEqual(
      [1, 2, 3].map(block => `11 ${block * BLOCK_BYTES} ${BLOCK_BYTES}`).toSorted(),
    )
    fast.remote.answer(11, 0, BLOCK_BYTES)
    await bench.until(() => bench.have.isFull, 1000)
    expect(bench.swarm.state.wastedBytes).toBe(0)
  })
})

describe('at the limit of partial pieces', () => {
  /** Starts four pieces that no source can finish. */
  async function full() {
    const bench = await TestSwarm.open(torrent)
    const { transfer } = bench
    transfer.picker.setMaxPartialBytes(0)
    for (let piece = 0; piece < 4; piece++) {
      const writer = {}
      const open = transfer.buffers.claim(piece, 0, writer)!
      open.bytes.set(torrent.content.subarray(piece * PIECE, piece * PIECE + BLOCK_BYTES))
      expect(transfer.arrived(1000, transfer.firstBlock(piece), open, 0)).toBe(true)
    }
    return bench
  }

  it('a late block of another piece keeps no memory', async () => {
    const { transfer } = await full()
    const open = transfer.buffers.claim(9, 1, {})!
    expect(transfer.arrived(1000, transfer.firstBlock(9) + 1, open, 1)).toBe(false)
    expect(open.released).toBe(true)
  })

  it('one makes room if no source has the rest of any', async () => {
    const bench = await full()
    const { remote } = await bench.connect()
    remote.serves = { content: torrent.content, pieceLengthBytes: PIECE }
    remote.send(out => [out.bitfield(Uint8Array.of(0x0f, 0xf0)), out.unchoke()])
    await bench.until(() => bench.have.count === 8)
    // The others are kept.
    expect(bench.transfer.picker.partialPieces().length).toBe(3)
    await bench.seed()
    await bench.until(() => bench.have.isFull)
    expect(await bench.isRight()).toBe(true)
  })
})
