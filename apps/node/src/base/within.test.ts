import { VirtualClock } from '@shoal/torrent/testing'
import { expect, test } from 'vitest'
import { within } from './within.ts'

test('work is waited for, but no longer than the time', async () => {
  const clock = new VirtualClock()
  expect(await within(clock, 1000, Promise.resolve('done'))).toBe('done')
  await expect(within(clock, 1000, Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  const late = within(clock, 1000, new Promise<string>(() => {}))
  await clock.advance(1000)
  expect(await late).toBeUndefined()
})
