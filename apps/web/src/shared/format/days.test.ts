import { expect, test } from 'vitest'
import { dayName, WEEK } from './days.ts'

test('days are named from Monday to Sunday', () => {
  expect(WEEK.map(day => dayName(day, 'short'))).toEqual(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])
  expect(dayName(0, 'long')).toBe('Sunday')
})
