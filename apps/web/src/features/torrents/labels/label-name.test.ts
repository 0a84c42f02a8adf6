import { expect, test } from 'vitest'
import { texts } from '../../../shared/messages/texts.ts'
import { nameProblem } from './label-name.ts'

test('a label that is there is not made anew, which would change its colour and folder', () => {
  expect(nameProblem(' films ', ['films', 'music'])).toBe(texts.labels.taken)
})

test('a name of blanks is none', () => {
  expect(nameProblem('  ', [])).toBe(texts.labels.missing)
})

test('any other name will do', () => {
  expect(nameProblem('Films', ['films'])).toBeNull()
})
