import { expect, test, vi } from 'vitest'
import { Channels } from '../cluster/channels.ts'
import { joinedChannels } from '../cluster/testing/joined-channels.ts'
import { Rates } from './rates.ts'

test('a rate allows some at once, and then one from time to time, for each key', () => {
  let now = 1e9
  const rates = new Rates({ channels: new Channels(null), now: () => now }, 'test', {
    burst: 3,
    everyMs: 1000,
  })
  const take = (key: string) => {
    try {
      rates.take(key)
      return true
    } catch (error) {
      expect(error).toMatchObject({ code: 'too-many-requests', headers: { 'retry-after': '1' } })
      return false
    }
  }
  expect([1, 2, 3, 4, 5].map(() => take('a'))).toEqual([true, true, true, false, false])
  expect(take('b')).toBe(true)
  now += 1000
  expect([take('a'), take('a')]).toEqual([true, false])
  now -= 1e6
  // A clock that was set back allows as much as a fresh start, and takes no longer to refill.
  expect(take('a')).toBe(false)
  now += 10_000
  expect([1, 2, 3, 4].map(() => take('a'))).toEqual([true, true, true, false])
})

test('the keys that were used longest ago are forgotten', () => {
  const rates = new Rates({ channels: new Channels(null), now: () => 0 }, 'test', { burst: 1, everyMs: 1e9 })
  rates.take('first')
  for (let at = 0; at < 20_000; at++) rates.take(`${at}`)
  rates.take('first')
  expect(() => rates.take('19999')).toThrow()
})

test('processes count together while they reach each other', async () => {
  using channels = joinedChannels(2)
  const rate = { burst: 2, everyMs: 1000 }
  const [one, other] = channels.all.map(each => new Rates({ channels: each, now: () => 1e9 }, 'test', rate))
  const heard = Promise.withResolvers<void>()
  const [probe, otherProbe] = channels.all.map(each => each.open('probe', () => heard.resolve()))
  // Alone, each counts for itself.
  one!.take('ann')
  channels.start()
  await vi.waitFor(() => expect([probe!.isJoined, otherProbe!.isJoined]).toEqual([true, true]))
  one!.take('ann')
  probe!.publish(new Uint8Array(1))
  await heard.promise
  other!.take('ann')
  expect(() => other!.take('ann')).toThrow()
  other!.take('ben')
})
