import { expect, test } from 'vitest'
import { sectionAt } from './useCurrentSection.ts'

const at = (scrolledPx: number) =>
  sectionAt(
    ['downloads', 'network', 'about'].map((name, index) => ({
      name,
      top: 100 + 1000 * index - scrolledPx,
      bottom: 1000 + 1000 * index - scrolledPx,
    })),
    800,
  )

test('the current section is the last one that has reached the top', () => {
  expect([0, 900, 1000, 1900].map(at)).toEqual(['downloads', 'downloads', 'network', 'network'])
})

test('at the end of the page the last section is current, though it is below the top', () => {
  expect(at(2200)).toBe('about')
  expect(sectionAt([], 800)).toBeNull()
})
