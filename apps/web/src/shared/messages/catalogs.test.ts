import { findMismatches } from '@shoal/messages/testing'
import { expect, test } from 'vitest'
import console_ from './de/console.ts'
import english from './en/console.ts'

test('the German catalog has all messages of the English one, with their arguments', () => {
  expect(findMismatches(english, console_, 'de')).toEqual([])
})
