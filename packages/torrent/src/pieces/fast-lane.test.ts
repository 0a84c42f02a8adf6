import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../base/random.ts'
import { CHOKE_ROUND_MS, type ChokerPeer } from './choker.ts'
import { FastLane } from './fast-lane.ts'
import { chokerPeer as peer } from './testing/choker-peer.ts'

/** Peers with ids from 1000 are trusted. */
const lane = () => new FastLane({ random: seededRandom(3), isTrusted: id => id >= 1000 })
const some = (count: number, from: number, changes: Partial<ChokerPeer> = {}) =>
  Array.from({ length: count }, (_, i) => peer(from + i, changes))
const trustedIn = (ids: readonly number[]) => ids.filter(id => id >= 1000).length

describe('the fast lane', () => {
  it.each([
    [8, 1, 8],
    [8, 20, 8],
    [5, 20, 5],
    [1, 20, 1],
    [0, 20, 0],
  ])('lets %s slots be used by %s trusted peers if nobody else asks', (slots, count, most) => {
    for (const seeding of [false, true])
      for (const immediate of [false, true]) {
        const chosen = lane().decide(some(count, 1000), 0, { slots, seeding, immediate })
        expect(chosen).toHaveLength(Math.min(count, most))
      }
  })

  it('prefers trusted peers for half of the slots, although strangers give more', () => {
    const peers = [...some(20, 1000), ...some(20, 0, { downloadBytesPerSecond: 1000 })]
    const chosen = lane().decide(peers, 0, { slots: 8, seeding: false })
    expect(chosen).toHaveLength(8)
    // One slot of the other half is drawn among all peers.
    expect(trustedIn(chosen)).toBeGreaterThanOrEqual(4)
    expect(trustedIn(chosen)).toBeLessThanOrEqual(5)
  })

  it('gives the other half to strangers in their turn, whatever the number of trusted peers', () => {
    const fast = lane()
    const given = new Map<number, number>()
    let unchoked = new Set<number>()
    for (let round = 0; round < 600; round++) {
      const peers = [...some(10, 1000), ...some(10, 0)].map(each => ({
        ...each,
        unchoked: unchoked.has(each.id),
        uploadedBytes: 1e7 * (given.get(each.id) ?? 0),
      }))
      unchoked = new Set(fast.decide(peers, round * CHOKE_ROUND_MS, { slots: 8, seeding: true }))
      for (const id of unchoked) given.set(id, (given.get(id) ?? 0) + 1)
    }
    const all = [...given.values()].reduce((sum, rounds) => sum + rounds, 0)
    const strangers = [...given].filter(([id]) => id < 1000)
    const theirs = strangers.reduce((sum, [, rounds]) => sum + rounds, 0)
    expect(all).toBe(8 * 600)
    // Sixteen peers share the open half; ten of them are strangers.
    expect(theirs / all).toBeGreaterThan(0.5 * (10 / 16) * 0.9)
    expect(Math.min(...strangers.map(([, rounds]) => rounds))).toBeGreaterThan((0.8 * theirs) / 10)
  })

  it('never gives more slots than there are, nor more than half because of standing', () => {
    const any = fc.record({
      trusted: fc.boolean(),
      interested: fc.boolean(),
      snubbed: fc.boolean(),
      owes: fc.boolean(),
      downloadBytesPerSecond: fc.nat(1e6),
      uploadBytesPerSecond: fc.nat(1e6),
    })
    fc.assert(
      fc.property(
        fc.array(any, { maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        (list, slots, seeding) => {
          const fast = lane()
          let unchoked = new Set<number>()
          for (let round = 0; round < 12; round++) {
            const peers = list.map(({ trusted, ...rest }, at) => {
              const id = at + (trusted ? 1000 : 0)
              return peer(id, { ...rest, unchoked: unchoked.has(id), uploadedBytes: round * 1e7 })
            })
            const chosen = fast.decide(peers, round * CHOKE_ROUND_MS, { slots, seeding })
            unchoked = new Set(chosen)
            expect(unchoked.size).toBe(chosen.length)
            const asking = peers.filter(({ interested }) => interested)
            const served = asking.filter(({ id }) => unchoked.has(id))
            expect(served.length).toBe(Math.min(slots, asking.length))
            if (seeding) continue
            // The best stranger is passed over only for a better one, for the lane, and for
            // optimistic unchokes.
            const worse = (id: number, than: ChokerPeer) =>
              served.find(each => each.id === id)!.downloadBytesPerSecond < than.downloadBytesPerSecond
            const best = asking
              .filter(({ id, snubbed, owes }) => id < 1000 && !snubbed && !owes)
              .sort((a, b) => b.downloadBytesPerSecond - a.downloadBytesPerSecond)[0]
            if (!best || best.downloadBytesPerSecond === 0 || unchoked.has(best.id)) continue
            const optimistic = Math.max(1, Math.floor(slots / 5))
            const passed = served.filter(({ id }) => worse(id, best)).length
            expect(passed).toBeLessThanOrEqual(Math.floor(slots / 2) + optimistic)
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})
