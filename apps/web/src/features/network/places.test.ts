import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linePath, pointOf } from './places.ts'

const rounded = ({ x, y }: { x: number; y: number }) => [Math.round(x) + 0, Math.round(y) + 0]

test('this node is at the top, and half a turn away is at the bottom', () => {
  expect(rounded(pointOf('1234abcd', '1234abcd', 100))).toEqual([0, -100])
  expect(rounded(pointOf('80000000', '00000000', 100))).toEqual([0, 100])
  expect(rounded(pointOf('00000000', 'c0000000', 100))).toEqual([100, 0])
})

test('every place is on the circle', () => {
  const key = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(bits => bits.toString(16).padStart(8, '0'))
  fc.assert(
    fc.property(key, key, (one, other) => {
      const { x, y } = pointOf(one, other, 100)
      expect(Math.hypot(x, y)).toBeCloseTo(100)
    }),
  )
})

test('a line goes from one place to the other', () => {
  expect(linePath({ x: 0, y: -100 }, { x: 100, y: 0 })).toBe('M0 -100Q20 -20 100 0')
})
