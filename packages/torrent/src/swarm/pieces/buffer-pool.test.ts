import { expect, it } from 'vitest'
import { BufferPool } from './buffer-pool.ts'

it('reuses buffers up to its limit, and at least two', () => {
  const pool = new BufferPool({ sizeBytes: 100, keepBytes: 250 })
  const buffers = [pool.take(), pool.take(), pool.take()]
  expect(buffers.map(({ length }) => length)).toEqual([100, 100, 100])
  for (const buffer of buffers) pool.give(buffer)
  const again = [pool.take(), pool.take(), pool.take()]
  expect(again.filter(buffer => buffers.includes(buffer))).toHaveLength(2)
  expect(new Set(again).size).toBe(3)
})
