import { expect, test } from 'vitest'
import { topNames } from './top-names.ts'

test('of thousands of files below one name the path of one is looked up', () => {
  let looked = 0
  const files = Array.from({ length: 10_000 }, (_, at) => ({
    storedPath: [at < 9999 ? 'film' : 'extra', `${at}`],
    get diskPath() {
      looked++
      return `/d/${this.storedPath.join('/')}`
    },
  }))
  expect(topNames({ name: 'name', files })).toEqual(['film', 'extra'])
  expect(looked).toBe(2)
})
