import { describe, expect, it } from 'vitest'
import { seededRandom } from '../base/random.ts'
import { CHOKE_ROUND_MS, Choker } from './choker.ts'
import { chokerPeer as peer } from './testing/choker-peer.ts'

const leech = { slots: 4, seeding: false }
const sorted = (ids: readonly number[]) => ids.toSorted((a, b) => a - b)

describe('a peer that owes', () => {
  it('has no slot for which another one asks, whatever it sends now', () => {
    const debtors = [1, 2, 3, 4].map(id => peer(id, { owes: true, downloadBytesPerSecond: 9000 }))
    const others = [5, 6, 7, 8].map(id => peer(id))
    for (const immediate of [false, true]) {
      const choker = new Choker({ random: seededRandom(1) })
      const chosen = choker.decide([...debtors, ...others], 0, { ...leech, immediate })
      expect(sorted(chosen)).toEqual([5, 6, 7, 8])
    }
  })

  it('has the slots that are left', () => {
    const debtors = [1, 2, 3, 4].map(id => peer(id, { owes: true }))
    for (const immediate of [false, true]) {
      const choker = new Choker({ random: seededRandom(1) })
      const chosen = choker.decide([...debtors, peer(5), peer(6)], 0, { ...leech, immediate })
      expect(chosen).toHaveLength(4)
      expect(chosen).toEqual(expect.arrayContaining([5, 6]))
    }
  })

  it('makes room at once, for as many as wait', () => {
    const choker = new Choker({ random: seededRandom(1) })
    const holders = [1, 2, 3].map(id => peer(id, { owes: true, unchoked: true }))
    const before = [...holders, peer(4, { unchoked: true })]
    const chosen = choker.decide([...before, peer(5), peer(6)], 0, { ...leech, immediate: true })
    expect(chosen).toHaveLength(4)
    expect(chosen).toEqual(expect.arrayContaining([4, 5, 6]))
  })

  it('loses an optimistic unchoke before its time is over', () => {
    const choker = new Choker({ random: seededRandom(1) })
    const first = choker.decide([peer(1), peer(2)], 0, { slots: 1, seeding: false })[0]!
    const round = [1, 2].map(id => peer(id, { unchoked: id === first, owes: id === first }))
    expect(choker.decide(round, CHOKE_ROUND_MS, { slots: 1, seeding: false })).toEqual([3 - first])
  })

  it('has its turn at a seed', () => {
    const choker = new Choker({ random: seededRandom(1) })
    const peers = [peer(1, { owes: true, unchoked: true }), peer(2, { owes: true }), peer(3)]
    for (const immediate of [false, true])
      expect(choker.decide(peers, 0, { slots: 3, seeding: true, immediate })).toHaveLength(3)
  })
})
