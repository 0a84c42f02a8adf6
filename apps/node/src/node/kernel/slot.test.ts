import { expect, test } from 'vitest'
import { Slot } from './slot.ts'

test('a slot has its default until somebody fills it, and again afterwards', () => {
  const slot = new Slot('default')
  expect(slot.value).toBe('default')
  const release = slot.fill('one', 'first')
  expect(slot.value).toBe('first')
  release()
  expect(slot.value).toBe('default')
})

test('nobody else can fill a slot, until its owner has released it', () => {
  const slot = new Slot<string | null>('default')
  const release = slot.fill('one', null)
  expect(() => slot.fill('two', 'second')).toThrow('two cannot decide what one decides already')
  expect(slot.value).toBeNull()
  release()
  slot.fill('two', 'second')
  release()
  expect(slot.value).toBe('second')
})

test('its owner can replace the value, and only the last release counts', () => {
  const slot = new Slot('default')
  const first = slot.fill('one', 'first')
  const second = slot.fill('one', 'second')
  first()
  expect(slot.value).toBe('second')
  second()
  expect(slot.value).toBe('default')
})
