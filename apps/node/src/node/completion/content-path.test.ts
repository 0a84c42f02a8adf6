import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findContentPath } from './content-path.ts'

const directory = join('/', 'd')

test.each([
  [['tree/a', 'tree/b'], 'tree'],
  [['baum/a', 'baum/b'], 'baum'],
  [['c/c.bin'], 'c'],
  [['c.bin'], 'c.bin'],
  [['a', 'b'], ''],
  [[null, null], 'name'],
])('the content of %j is at %j', (paths, expected) => {
  const files = paths.map(path => ({
    storedPath: (path ?? 'elsewhere').split('/'),
    diskPath: path === null ? null : join(directory, path),
  }))
  expect(findContentPath({ name: 'name', directory, files })).toBe(join(directory, expected))
})
