import { expect, test } from 'vitest'
import { nextSpeed, playerKeyOf } from './player-keys.ts'

const plain = { ctrlKey: false, metaKey: false, altKey: false }

test('keys do what they do in other players, but not together with Ctrl', () => {
  expect(playerKeyOf({ ...plain, key: 'J' })).toEqual({ kind: 'seek', seconds: -10 })
  expect(playerKeyOf({ ...plain, key: ' ' })).toEqual({ kind: 'play' })
  expect(playerKeyOf({ ...plain, key: 'l', ctrlKey: true })).toBeNull()
  expect(playerKeyOf({ ...plain, key: 'Tab' })).toBeNull()
})

test('speeds go up and down in steps and stop at the ends', () => {
  expect(nextSpeed(1, 1)).toBe(1.25)
  expect(nextSpeed(1, -1)).toBe(0.75)
  expect(nextSpeed(2, 1)).toBe(2)
  expect(nextSpeed(0.5, -1)).toBe(0.5)
  expect(nextSpeed(3, -1)).toBe(1.75)
})
