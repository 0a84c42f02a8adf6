import { expect, test } from 'vitest'
import { Demand } from './demand.ts'

function setup() {
  const applied: [number, number | null][] = []
  return { demand: new Demand((piece, dueMs) => applied.push([piece, dueMs])), applied }
}

test('of several readers the soonest counts, as long as it stays', () => {
  const { demand, applied } = setup()
  const leaveFirst = demand.hurry(5, 200)
  const leaveSecond = demand.hurry(5, 100)
  demand.hurry(6, 50)
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
  expect(demand.isPending).toBe(true)
})

test('what is due is said again to who begins later', () => {
  const { demand } = setup()
  demand.hurry(5, 200)
  demand.hurry(6, 300)
  const later: [number, number | null][] = []
  demand.applyAll((piece, dueMs) => later.push([piece, dueMs]))
  expect(later).toEqual([
    [5, 200],
    [6, 300],
  ])
})

test('a piece that arrived is due no more, and who left before does not bring it back', async () => {
  const { demand, applied } = setup()
  const leave = demand.hurry(5, 200)
  const waiting = demand.wait(5, undefined)
  demand.arrived(5)
  await waiting
  leave()
  expect(applied).toEqual([[5, 200]])
  expect(demand.isPending).toBe(false)
})

test('a check that finds pieces is as good as their arrival', async () => {
  const { demand } = setup()
  demand.hurry(1, 0)
  const waiting = demand.wait(2, undefined)
  demand.checked({ has: piece => piece < 3 })
  await waiting
  expect(demand.isPending).toBe(false)
})

test('an end is told to all who wait; one who gave up has left alone', async () => {
  const { demand } = setup()
  const reason = new Error('enough')
  const controller = new AbortController()
  const given = expect(demand.wait(1, controller.signal)).rejects.toBe(reason)
  const kept = expect(demand.wait(1, undefined)).rejects.toThrow('closed')
  controller.abort(reason)
  await given
  demand.fail(new Error('closed'))
  await kept
})
