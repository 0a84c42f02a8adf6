import { expect, test } from 'vitest'
import { Coalesced } from './coalesced.ts'

test('requests during a run are answered by one more run', async () => {
  const ends: (() => void)[] = []
  const task = new Coalesced(() => new Promise(resolve => ends.push(resolve)))
  const settle = async () => {
    ends.at(-1)!()
    await Promise.resolve()
    await Promise.resolve()
  }
  task.run()
  for (let i = 0; i < 5; i++) task.run()
  expect(ends.length).toBe(1)
  await settle()
  expect(ends.length).toBe(2)
  await settle()
  expect(ends.length).toBe(2)
  task.run()
  expect(ends.length).toBe(3)
})
