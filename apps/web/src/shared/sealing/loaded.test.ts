import { expect, test } from 'vitest'
import { loaded } from './loaded.ts'

test('parts come together', async () => {
  expect(await loaded(Promise.resolve(1), Promise.resolve('two'))).toEqual([1, 'two'])
})

test('a part that cannot be loaded says what to do, not its address', async () => {
  const failed = new TypeError('Failed to fetch dynamically imported module: http://h/assets/a-1b2c.js')
  const error: Error = await loaded(Promise.resolve(1), Promise.reject(failed)).then(Object, reason => reason)
  expect(error.message).toMatch(/connection/)
  expect(error.message).not.toContain('assets')
  expect(error.cause).toBe(failed)
})
