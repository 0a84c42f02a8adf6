import type { TrafficReport } from '@shoal/hub-stores'
import { Announce, EVENT } from '@shoal/tracker'
import { describe, expect, it, onTestFinished } from 'vitest'
import { TrafficBatch } from './traffic-batch.ts'

function open() {
  const written: TrafficReport[][] = []
  const errors: unknown[] = []
  const state = { nowMs: 0, isAway: false }
  const batch = new TrafficBatch({
    store: {
      async count(reports) {
        if (state.isAway) throw new Error('away')
        written.push([...reports])
      },
    },
    now: () => state.nowMs,
    onError: error => errors.push(error),
  })
  onTestFinished(() => batch.close())
  const add = (did: string, peer: number, uploadedBytes: number, rest: Partial<Announce> = {}) => {
    const announce = Object.assign(new Announce(), { uploadedBytes, downloadedBytes: 1, ...rest })
    announce.hash.set([1, -2, 3, 4, 5])
    announce.peerId.fill(0).set([peer & 0xff, peer >> 8])
    state.nowMs++
    batch.add(did, announce)
    // It is reused for the next one.
    announce.peerId.fill(9)
    announce.hash.fill(9)
  }
  return { written, errors, state, batch, add }
}

const traffic = (uploadedBytes: number) => ({ uploadedBytes, downloadedBytes: 1 })

describe('TrafficBatch', () => {
  it('writes one report per peer, of its first and last announce', async () => {
    const { written, batch, add } = open()
    for (const bytes of [5, 7, 9]) add('did:ann', 1, bytes)
    add('did:ben', 1, 9)
    add('did:ann', 2, 3, { event: EVENT.stopped })
    await batch.flush()
    const torrent = new Uint8Array(Buffer.from('00000001fffffffe000000030000000400000005', 'hex'))
    const peer = (number: number) => Uint8Array.from({ length: 20 }, (_, at) => (at === 0 ? number : 0))
    expect(written).toEqual([
      [
        {
          did: 'did:ann',
          torrent,
          peer: peer(1),
          first: traffic(5),
          last: traffic(9),
          atMs: 3,
          isGone: false,
        },
        {
          did: 'did:ben',
          torrent,
          peer: peer(1),
          first: traffic(9),
          last: traffic(9),
          atMs: 4,
          isGone: false,
        },
        {
          did: 'did:ann',
          torrent,
          peer: peer(2),
          first: traffic(3),
          last: traffic(3),
          atMs: 5,
          isGone: true,
        },
      ],
    ])
    await batch.flush()
    expect(written).toHaveLength(1)
  })

  it('begins anew with counters that go backwards', async () => {
    const { written, batch, add } = open()
    for (const bytes of [50, 90, 2, 4]) add('did:ann', 1, bytes)
    await batch.flush()
    expect(written[0]![0]).toMatchObject({ first: traffic(2), last: traffic(4) })
  })

  it('keeps what it could not write, together with what came meanwhile', async () => {
    const { written, errors, state, batch, add } = open()
    state.isAway = true
    add('did:ann', 1, 5)
    const writing = batch.flush()
    add('did:ann', 1, 7)
    await writing
    expect([written, errors]).toEqual([[], [expect.any(Error)]])
    state.isAway = false
    await batch.flush()
    expect(written).toMatchObject([[{ first: traffic(5), last: traffic(7), atMs: 2 }]])
  })

  it('writes many in several calls, and drops what it has no room for', async () => {
    const { written, batch, add } = open()
    for (let peer = 0; peer < 20_003; peer++) add('did:ann', peer, 1)
    expect(batch.dropped).toBe(3)
    add('did:ann', 0, 9)
    expect(batch.dropped).toBe(3)
    await batch.flush()
    expect(written.map(reports => reports.length)).toEqual(Array.from({ length: 20 }, () => 1000))
    expect(written[0]![0]).toMatchObject({ first: traffic(1), last: traffic(9) })
  })
})
