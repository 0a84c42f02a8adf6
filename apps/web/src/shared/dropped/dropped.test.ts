import { expect, test } from 'vitest'
import { withoutHidden } from './dropped.ts'

const named = (...paths: string[]) => paths.map(path => ({ path, file: new File([], path) }))
const kept = (...paths: string[]) => withoutHidden(named(...paths)).map(({ path }) => path)

test('hidden files and folders of a folder are left out, chosen ones are not', () => {
  expect(kept('Trip/a.jpg', 'Trip/.git/config', 'Trip/x/.env')).toEqual(['Trip/a.jpg'])
  expect(kept('.bashrc', 'a..b')).toEqual(['.bashrc', 'a..b'])
  expect(kept('.config/a/b')).toEqual(['.config/a/b'])
  expect(kept('Trip/.a')).toEqual(['Trip/.a'])
})
