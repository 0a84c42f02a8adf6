import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../base/random.ts'
import { RarityOrder } from './rarity-order.ts'

const nothing = { id: 1, bytesPerSecond: 0, onParole: false, wantsRuns: false, suggested: [] }
const sourceOf = (pieces: readonly number[]) => ({
  ...nothing,
  isSeed: false,
  has: (piece: number) => pieces.includes(piece),
})
const seed = { ...nothing, isSeed: true, has: () => true }

describe('RarityOrder', () => {
  it('finds the highest priority first, then the rarest, of the pieces that the source has', () => {
    const order = new RarityOrder(6, seededRandom(1))
    order.put(0, 4, 3)
    order.put(1, 4, 1)
    order.put(2, 7, 9)
    order.put(3, 1, 1)
    order.put(4, 4, 0)
    expect(order.find(seed, false)).toBe(2)
    expect(order.find(sourceOf([0, 1, 3]), true)).toBe(1)
    expect(order.find(sourceOf([0, 3]), true)).toBe(0)
    expect(order.find(sourceOf([3]), true)).toBe(3)
    expect(order.find(sourceOf([5]), true)).toBe(-1)
    expect(order.topPriority).toBe(7)
    order.remove(2)
    expect(order.find(seed, false)).toBe(4)
    expect(order.find(sourceOf([4]), true)).toBe(-1)
    expect(order.find(sourceOf([4]), false)).toBe(4)
  })

  it('keeps the same order however it came about, and loses no piece', () => {
    const steps = fc.array(
      fc.record({ piece: fc.nat(29), priority: fc.integer({ min: 0, max: 7 }), availability: fc.nat(400) }),
      { maxLength: 200 },
    )
    fc.assert(
      fc.property(steps, fc.integer(), (list, randomSeed) => {
        const order = new RarityOrder(30, seededRandom(randomSeed))
        const model = new Map<number, { priority: number; availability: number }>()
        for (const { piece, priority, availability } of list) {
          if (priority === 0) {
            order.remove(piece)
            model.delete(piece)
          } else {
            order.put(piece, priority, availability)
            model.set(piece, { priority, availability })
          }
        }
        expect(order.size).toBe(model.size)
        for (let priority = 1; priority < 8; priority++)
          expect(order.count(priority)).toBe(
            [...model.values()].filter(one => one.priority === priority).length,
          )
        const drained: number[] = []
        for (let piece = order.find(seed, false); piece >= 0; piece = order.find(seed, false)) {
          drained.push(piece)
          order.remove(piece)
        }
        expect([...drained].sort()).toEqual([...model.keys()].sort())
        const rank = (piece: number) => {
          const { priority, availability } = model.get(piece)!
          return -priority * 1000 + Math.min(availability, 255)
        }
        for (let at = 1; at < drained.length; at++)
          expect(rank(drained[at - 1]!)).toBeLessThanOrEqual(rank(drained[at]!))
      }),
    )
  })

  it('returns equals in random order', () => {
    const firsts = new Map<number, number>()
    for (let run = 0; run < 4000; run++) {
      const order = new RarityOrder(8, seededRandom(run * 7919))
      for (let piece = 0; piece < 8; piece++) order.put(piece, 4, 1)
      const first = order.find(seed, false)
      firsts.set(first, (firsts.get(first) ?? 0) + 1)
    }
    for (let piece = 0; piece < 8; piece++) expect(Math.abs(firsts.get(piece)! - 500)).toBeLessThan(100)
  })

  it('finds the equals of a piece', () => {
    const order = new RarityOrder(9, seededRandom(3))
    for (let piece = 0; piece < 9; piece++) order.put(piece, 4, piece % 3)
    const into: number[] = []
    order.equals(4, 10, into)
    expect(into.sort()).toEqual([1, 4, 7])
    expect(order.areEqual(1, 7)).toBe(true)
    expect(order.areEqual(1, 2)).toBe(false)
    order.remove(1)
    expect(order.areEqual(1, 1)).toBe(false)
  })
})
