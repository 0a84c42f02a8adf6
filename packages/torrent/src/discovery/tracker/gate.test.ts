import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Gate } from './gate.ts'

const never = new AbortController().signal
const turn = () => new Promise<void>(resolve => setImmediate(resolve))

it('lets no more in than its limits, everyone in the end, and in order for each key', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 40 }), async keys => {
      const gate = new Gate({ total: 3, perKey: 2 })
      const inside: { key: string; leave: () => void }[] = []
      const order: [string, number][] = []
      const all = keys.map((key, i) =>
        gate.through(key, never, () => {
          order.push([key, i])
          return new Promise<void>(leave => inside.push({ key, leave }))
        }),
      )
      for (let left = keys.length; left > 0; left--) {
        await turn()
        expect(inside.length).toBeGreaterThan(0)
        expect(inside.length).toBeLessThanOrEqual(3)
        for (const key of ['a', 'b', 'c']) {
          expect(inside.filter(one => one.key === key).length).toBeLessThanOrEqual(2)
        }
        inside.shift()!.leave()
      }
      await Promise.all(all)
      for (const key of ['a', 'b', 'c']) {
        const served = order.filter(([served]) => served === key).map(([, i]) => i)
        expect(served).toEqual([...served].sort((x, y) => x - y))
      }
    }),
    { numRuns: 30 },
  )
})

it('forgets whoever is cancelled while waiting, and leaves when the work fails', async () => {
  const gate = new Gate({ total: 1, perKey: 1 })
  const first = Promise.withResolvers<void>()
  const failing = gate.through('a', never, () => first.promise)
  const stop = new AbortController()
  const waiting = gate.through('a', stop.signal, async () => 'never')
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await expect(gate.through('a', stop.signal, async () => 'never')).rejects.toThrow('enough')
  const last = gate.through('b', never, async () => 'in')
  first.reject(new Error('broken'))
  await expect(failing).rejects.toThrow('broken')
  expect(await last).toBe('in')
})
