import { expect, test } from 'vitest'
import { PieceDeadlines } from './deadlines.ts'

function setup() {
  const applied: [number, number | null][] = []
  return { deadlines: new PieceDeadlines((piece, dueMs) => applied.push([piece, dueMs])), applied }
}

test('applies the earliest deadline of several readers, as long as that reader stays', () => {
  const { deadlines, applied } = setup()
  const leaveFirst = deadlines.expedite(5, 200)
  const leaveSecond = deadlines.expedite(5, 100)
  deadlines.expedite(6, 50)
  leaveSecond()
  leaveSecond()
  leaveFirst()
  expect(applied).toEqual([
    [5, 200],
    [5, 100],
    [6, 50],
    [5, 200],
    [5, null],
  ])
  expect(deadlines.isPending).toBe(true)
})

test('applies all deadlines again to a later transfer', () => {
  const { deadlines } = setup()
  deadlines.expedite(5, 200)
  deadlines.expedite(6, 300)
  const later: [number, number | null][] = []
  deadlines.applyAll((piece, dueMs) => later.push([piece, dueMs]))
  expect(later).toEqual([
    [5, 200],
    [6, 300],
  ])
})

test('removes the deadline of a piece that arrived', async () => {
  const { deadlines, applied } = setup()
  const leave = deadlines.expedite(5, 200)
  const waiting = deadlines.wait(5, undefined)
  deadlines.arrived(5)
  await waiting
  leave()
  expect(applied).toEqual([[5, 200]])
  expect(deadlines.isPending).toBe(false)
})

test('treats pieces that a check finds like arrivals', async () => {
  const { deadlines } = setup()
  deadlines.expedite(1, 0)
  const waiting = deadlines.wait(2, undefined)
  deadlines.checked({ has: piece => piece < 3 })
  await waiting
  expect(deadlines.isPending).toBe(false)
})

test('failing rejects all waiting readers, except one that gave up before', async () => {
  const { deadlines } = setup()
  const reason = new Error('enough')
  const controller = new AbortController()
  const given = expect(deadlines.wait(1, controller.signal)).rejects.toBe(reason)
  const kept = expect(deadlines.wait(1, undefined)).rejects.toThrow('closed')
  controller.abort(reason)
  await given
  deadlines.fail(new Error('closed'))
  await kept
})
