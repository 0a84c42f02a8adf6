import { expect, test } from 'vitest'
import { against, median, percentile, takeTurns } from './statistics.ts'

test('the median is the middle value, or the mean of the two middle values', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([])).toBeNaN()
})

test('a percentile is the smallest value that this share of all does not exceed', () => {
  const values = [40, 10, 30, 20]
  expect([0, 0.25, 0.26, 0.95, 1].map(share => percentile(values, share))).toEqual([10, 10, 20, 40, 40])
  expect(percentile([], 0.5)).toBeNaN()
})

test('contestants take turns, and one that fails is left out and reported', async () => {
  const order: string[] = []
  const contestant = (name: string) => async () => order.push(name)
  const bad = async () => {
    throw new Error('no such thing')
  }
  const { runs, failures } = await takeTurns(
    { a: contestant('a'), bad, b: contestant('b'), slow: contestant('slow') },
    { runs: 2, log: () => {} },
    ['slow'],
  )
  expect(order).toEqual(['a', 'b', 'slow', 'a', 'b'])
  expect(runs.get('a')).toEqual([1, 4])
  expect(failures.get('bad')).toBe('no such thing')
})

test('a goal is met, missed or not measured', () => {
  expect(against('rate', 1.31, 1.3, 'least').met).toBe(true)
  expect(against('rate', 1.29, 1.3, 'least').met).toBe(false)
  expect(against('cpu', 1.19, 1.2, 'most').met).toBe(true)
  expect(against('cpu', Number.NaN, 1.2, 'most').met).toBe(false)
})
