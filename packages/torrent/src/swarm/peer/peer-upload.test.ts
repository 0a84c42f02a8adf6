import { beforeAll, describe, expect, it } from 'vitest'
import { hex } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import type { Storage } from '../../storage/storage.ts'
import type { RemotePeer } from '../testing/remote-peer.ts'
import { TestSwarm, type TestSwarmOptions } from '../testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'

const PIECE = 4 * BLOCK_BYTES

let torrent: TestTorrent
beforeAll(async () => {
  torrent = await testTorrent({ lengths: [19 * PIECE + 20_000], pieceLengthBytes: PIECE })
})

/** A seed and an unchoked peer that has some pieces, so that it gets no allowed-fast grants. */
async function unchoked(options: TestSwarmOptions = {}) {
  const bench = await TestSwarm.open(torrent, { have: 'all', ...options })
  const { remote, peer } = await bench.connect()
  remote.send(out => [out.bitfield(Uint8Array.of(0, 0x3f, 0xf0)), out.interested()])
  await bench.pass(1000)
  expect(remote.has('unchoke')).toBe(true)
  return { bench, remote, peer: peer! }
}

const ask = (remote: RemotePeer, requests: readonly (readonly [number, number, number])[]) =>
  remote.send(out => {
    for (const request of requests) out.request(...request)
  })
const bytesOf = ([piece, begin, length]: readonly [number, number, number]) =>
  hex(torrent.content.subarray(piece * PIECE + begin, piece * PIECE + begin + length))

describe('an upload', () => {
  it('answers in the order of the requests, adjacent or not', async () => {
    const { bench, remote, peer } = await unchoked()
    const requests = [
      ...[0, 1, 2, 3].map(block => [3, block * BLOCK_BYTES, BLOCK_BYTES] as const),
      [1, BLOCK_BYTES, BLOCK_BYTES],
      [1, 0, BLOCK_BYTES],
      [3, 0, BLOCK_BYTES],
      [19, BLOCK_BYTES, 20_000 - BLOCK_BYTES],
      [19, 0, BLOCK_BYTES],
    ] as const
    ask(remote, requests)
    await bench.pass(100)
    expect(remote.all('blockStart')).toEqual(requests.map(request => request.join(' ')))
    expect(remote.blocks).toEqual(requests.map(bytesOf))
    const sum = requests.reduce((total, [, , length]) => total + length, 0)
    expect(peer.upload.totalBytes).toBe(sum)
    expect(bench.uploaded).toBe(sum)
  })

  it('serves requests that are not aligned to blocks', async () => {
    const { bench, remote } = await unchoked()
    const requests = [
      [0, 1, 10],
      [0, 0, BLOCK_BYTES],
      [2, BLOCK_BYTES - 5, 10],
      [0, 0, PIECE],
    ] as const
    ask(remote, requests)
    await bench.pass(100)
    expect(remote.all('reject')).toEqual([])
    expect(remote.blocks.toSorted()).toEqual(requests.map(bytesOf).toSorted())
  })

  it('reads for one unaligned request at a time', async () => {
    let [reading, most] = [0, 0]
    const storage = (inner: Storage): Storage => {
      const read = inner.read.bind(inner)
      inner.read = async (...parameters) => {
        most = Math.max(most, ++reading)
        await read(...parameters)
        reading--
      }
      return inner
    }
    const { bench, remote } = await unchoked({ storage })
    const requests = Array.from({ length: 50 }, (_, i) => [i % 19, 1, 60_000] as const)
    ask(remote, requests)
    await bench.pass(100)
    expect(remote.blocks).toEqual(requests.map(bytesOf))
    expect(most).toBe(1)
  })

  it.each([
    ['of a piece that does not exist', 20, 0, BLOCK_BYTES],
    ['of nothing', 0, 0, 0],
    ['beyond the piece', 0, PIECE - 10, 11],
    ['beyond the last piece', 19, 20_000, 1],
    ['of more than 128 KiB', 0, 0, 131_073],
    ['that overflows', 0, 0xffffffff, 0xffffffff],
  ])('rejects a request %s', async (_, piece, begin, length) => {
    const { bench, remote } = await unchoked()
    ask(remote, [[piece, begin, length]])
    await bench.pass(100)
    expect(remote.all('reject')).toEqual([`${piece} ${begin} ${length}`])
    expect(remote.blocks).toEqual([])
    expect(remote.closed).toBe(false)
  })

  it('rejects a request for a piece that we do not have', async () => {
    const { bench, remote } = await unchoked({ have: [0] })
    ask(remote, [
      [0, 0, BLOCK_BYTES],
      [1, 0, BLOCK_BYTES],
    ])
    await bench.pass(100)
    expect(remote.blocks).toHaveLength(1)
    expect(remote.all('reject')).toEqual([`1 0 ${BLOCK_BYTES}`])
  })

  it('does not send cancelled blocks, and rejects them (BEP 6)', async () => {
    const { bench, remote } = await unchoked({ limits: { upload: 1 } })
    ask(remote, [
      [0, 0, BLOCK_BYTES],
      [0, BLOCK_BYTES, BLOCK_BYTES],
    ])
    remote.send(out => [out.cancel(0, BLOCK_BYTES, BLOCK_BYTES), out.cancel(7, 0, BLOCK_BYTES)])
    await bench.pass(100)
    expect(remote.all('reject')).toEqual([`0 ${BLOCK_BYTES} ${BLOCK_BYTES}`])
    bench.limits.upload.setRate(Number.POSITIVE_INFINITY)
    await bench.pass(3000)
    expect(remote.all('blockStart')).toEqual([`0 0 ${BLOCK_BYTES}`])
  })

  it('queues 2,000 requests and rejects the rest of a flood', async () => {
    const { bench, remote, peer } = await unchoked({ limits: { upload: 0 } })
    ask(
      remote,
      Array.from({ length: 2500 }, (_, i) => [i % 19, 0, BLOCK_BYTES] as const),
    )
    await bench.pass(100)
    expect(peer.upload.queued).toBe(2000)
    expect(remote.all('reject')).toHaveLength(500)
  })

  it('obeys the rate limit', async () => {
    const { bench, remote } = await unchoked({ limits: { upload: 4 * BLOCK_BYTES } })
    ask(
      remote,
      Array.from({ length: 76 }, (_, i) => [i >> 2, (i & 3) * BLOCK_BYTES, BLOCK_BYTES] as const),
    )
    await bench.pass(10_000)
    expect(bench.uploaded).toBeGreaterThan(37 * BLOCK_BYTES)
    expect(bench.uploaded).toBeLessThan(43 * BLOCK_BYTES)
  })

  it('stops reading ahead for a peer that accepts no bytes', async () => {
    const { bench, remote, peer } = await unchoked()
    remote.connection.pause()
    for (let round = 0; round < 20; round++)
      ask(
        remote,
        Array.from({ length: 76 }, (_, i) => [i >> 2, (i & 3) * BLOCK_BYTES, BLOCK_BYTES] as const),
      )
    await bench.pass(5000)
    expect(peer.link.connection.bufferedBytes).toBeLessThan(2 * 1024 * 1024)
    expect(peer.upload.queued).toBeGreaterThan(1000)
    remote.connection.resume()
    await bench.until(() => remote.blocks.length === 20 * 76)
  })

  it('rejects a block that cannot be read, and reports the error', async () => {
    const broken = new ShoalError('io', 'the disk is gone')
    const { bench, remote } = await unchoked({
      storage: inner => ({
        ...inner,
        write: (offset, bytes) => inner.write(offset, bytes),
        close: () => inner.close(),
        read: () => Promise.reject(broken),
        readParts: () => Promise.reject(broken),
      }),
    })
    ask(remote, [
      [0, 0, BLOCK_BYTES],
      [0, 5, 5],
    ])
    await bench.pass(100)
    expect(remote.all('reject')).toContain(`0 0 ${BLOCK_BYTES}`)
    expect(bench.errors[0]).toBe(broken)
  })
})
