import { expect, test } from 'vitest'
import { OneAtATime } from './one-at-a-time.ts'

test('what comes meanwhile is left out, what comes afterwards is done', async () => {
  const work = new OneAtATime()
  const { promise, resolve } = Promise.withResolvers<void>()
  const done: number[] = []
  const first = work.run(async () => {
    await promise
    done.push(1)
  })
  expect(await work.run(async () => void done.push(2))).toBe(false)
  resolve()
  expect(await first).toBe(true)
  expect(await work.run(async () => void done.push(3))).toBe(true)
  expect(done).toEqual([1, 3])
})

test('after what fails the next may come', async () => {
  const work = new OneAtATime()
  await expect(work.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  expect(await work.run(async () => {})).toBe(true)
})
