import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ConcurrencyLimiter } from './concurrency-limiter.ts'
import { settle } from './virtual-clock.ts'

const never = new AbortController().signal

it('runs no more tasks than its limits, all of them in the end, and in order per key', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 40 }), async keys => {
      const limiter = new ConcurrencyLimiter({ total: 3, perKey: 2 })
      const inside: { key: string; leave: () => void }[] = []
      const order: [string, number][] = []
      const all = keys.map((key, i) =>
        limiter.run(key, never, () => {
          order.push([key, i])
          return new Promise<void>(leave => inside.push({ key, leave }))
        }),
      )
      for (let left = keys.length; left > 0; left--) {
        await settle()
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

it('drops tasks that are cancelled while waiting, and frees their place when they fail', async () => {
  const limiter = new ConcurrencyLimiter({ total: 1, perKey: 1 })
  const first = Promise.withResolvers<void>()
  const failing = limiter.run('a', never, () => first.promise)
  const stop = new AbortController()
  const waiting = limiter.run('a', stop.signal, async () => 'never')
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await expect(limiter.run('a', stop.signal, async () => 'never')).rejects.toThrow('enough')
  const last = limiter.run('b', never, async () => 'in')
  first.reject(new Error('broken'))
  await expect(failing).rejects.toThrow('broken')
  expect(await last).toBe('in')
})
