import { expect, test } from 'vitest'
import { assignColours, leastUsed, PALETTE } from './colours.ts'

const label = (name: string, colour: string | null = null) => ({ name, colour })

test('labels without a colour of their own get different ones while there are enough', () => {
  const labels = Array.from({ length: PALETTE.length - 1 }, (_, index) => label(`label ${index}`))
  const colours = assignColours([label('own', PALETTE[0]!), ...labels])
  expect(new Set(colours.values()).size).toBe(PALETTE.length)
  expect(colours.get('own')).toBe(PALETTE[0])
})

test('when all are taken, each is used about as often', () => {
  const colours = assignColours(
    Array.from({ length: PALETTE.length * 3 }, (_, index) => label(`label ${index}`)),
  )
  for (const colour of PALETTE) expect([...colours.values()].filter(each => each === colour)).toHaveLength(3)
})

test('a label that is added changes no colour of those before it', () => {
  const labels = ['films', 'music', 'books', 'linux'].map(name => label(name))
  const before = assignColours(labels)
  const after = assignColours([...labels, label('data')])
  for (const [name, colour] of before) expect(after.get(name)).toBe(colour)
})

test('a name by itself has the same colour every time', () => {
  expect(leastUsed('films', [])).toBe(leastUsed('films', []))
})
