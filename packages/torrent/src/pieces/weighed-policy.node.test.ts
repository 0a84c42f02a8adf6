import { expect, it } from 'vitest'
import { PickerWorld, plainLayout, type TestSource } from './testing/test-source.ts'

/** A picker with 100 blocks left, in pieces of 4. */
function world(): PickerWorld {
  return new PickerWorld(plainLayout(25, 4))
}

/**
 * Returns how many blocks are requested from each source when each in turn takes all that it can
 * get.
 */
function shares(world: PickerWorld, ...sources: TestSource[]): number[] {
  // The first request shows who takes part.
  for (const source of sources) world.pick(source, 1)
  world.now += 200
  for (const source of sources) world.pick(source, 1000)
  return sources.map(source => world.picker.sources.requestedFrom(source.id))
}

it('divides the last blocks by rate', () => {
  const it = world()
  const [slow, fast] = [it.source('all', { bytesPerSecond: 1e6 }), it.source('all', { bytesPerSecond: 4e6 })]
  expect(shares(it, slow, fast)).toEqual([20, 80])
})

it('divides them by reputation', () => {
  const it = world()
  const trusted = it.source('all', { bytesPerSecond: 1e6, reputation: 1000 })
  const neutral = it.source('all', { bytesPerSecond: 1e6 })
  expect(shares(it, neutral, trusted)).toEqual([34, 66])
})

it('counts a source of unknown rate like the average', () => {
  const it = world()
  const [known, unknown] = [it.source('all', { bytesPerSecond: 3e6 }), it.source('all')]
  expect(shares(it, known, unknown)).toEqual([50, 50])
})

it('reserves nothing for sources that lack pieces', () => {
  const it = world()
  const part = it.source([0, 1], { bytesPerSecond: 2e6 })
  const seed = it.source('all', { bytesPerSecond: 1e6 })
  it.pick(part, 1)
  it.now += 200
  expect(it.pick(seed, 1000)).toHaveLength(99)
})

it('leaves at least four blocks to the slowest', () => {
  const it = world()
  const [slow, fast] = [it.source('all', { bytesPerSecond: 1000 }), it.source('all', { bytesPerSecond: 4e6 })]
  expect(shares(it, slow, fast)[0]).toBe(4)
})

it('divides again as rates change', () => {
  const it = world()
  const [one, other] = [it.source('all', { bytesPerSecond: 4e6 }), it.source('all', { bytesPerSecond: 1e6 })]
  it.pick(one, 1)
  it.pick(other, 1)
  it.now += 200
  one.bytesPerSecond = 1e6
  other.bytesPerSecond = 4e6
  it.pick(other, 1000)
  expect(it.picker.sources.requestedFrom(other.id)).toBe(80)
})

it('tries a source of unknown rate on what others deliver late', () => {
  const it = world()
  const slow = it.source('all', { bytesPerSecond: 100_000 })
  expect(it.pick(slow, 1000)).toHaveLength(100)
  // 100 blocks take 16 seconds.
  expect(it.pick(it.source('all'), 1000)).toHaveLength(4)
})
