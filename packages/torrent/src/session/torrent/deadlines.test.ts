import { expect, test } from 'vitest'
import { PieceDeadlines } from './deadlines.ts'

function setup() {
  const applied: [number, number | null][] = []
  return { deadlines: new PieceDeadlines((piece, dueMs) => applied.push([piece, dueMs])), applied }
}

test('of several readers the soonest counts, as long as it stays', () => {
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

test('what is due is said again to who begins later', () => {
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

test('a piece that arrived is due no more, and who left before does not bring it back', async () => {
  const { deadlines, applied } = setup()
  const leave = deadlines.expedite(5, 200)
  const waiting = deadlines.wait(5, undefined)
  deadlines.arrived(5)
  await waiting
  leave()
  expect(applied).toEqual([[5, 200]])
  expect(deadlines.isPending).toBe(false)
})

test('a check that finds pieces is as good as their arrival', async () => {
  const { deadlines } = setup()
  deadlines.expedite(1, 0)
  const waiting = deadlines.wait(2, undefined)
  deadlines.checked({ has: piece => piece < 3 })
  await waiting
  expect(deadlines.isPending).toBe(false)
})

test('an end is told to all who wait; one who gave up has left alone', async () => {
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
