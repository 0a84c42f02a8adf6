import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TimeHeap } from './time-heap.ts'

it('returns entries by time, equal ones in order of insertion, whatever was removed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean())), plan => {
      const heap = new TimeHeap<number>()
      const entries = plan.map(([timeMs], i) => heap.push(timeMs, i))
      plan.forEach(([, stays], i) => {
        if (!stays) heap.remove(entries[i]!)
        if (!stays) heap.remove(entries[i]!)
      })
      const expected = plan
        .map(([timeMs, stays], i) => ({ timeMs, stays, i }))
        .filter(entry => entry.stays)
        .sort((a, b) => a.timeMs - b.timeMs || a.i - b.i)
        .map(entry => entry.i)
      expect(heap.size).toBe(expected.length)
      const order: number[] = []
      for (let entry = heap.pop(); entry; entry = heap.pop()) order.push(entry.value)
      expect(order).toEqual(expected)
    }),
  )
})
