import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { CONSOLE_ICONS } from './console-icons.ts'

/** Returns the sources of our own that a module loads, with itself. */
function sourcesOf(path: string, found = new Map<string, string>()): Map<string, string> {
  if (found.has(path)) return found
  const text = readFileSync(path, 'utf8')
  found.set(path, text)
  for (const [, name] of text.matchAll(/(?:from |import\(|import |URL\()'([.][^']+[.]tsx?)'/g)) {
    const next = join(dirname(path), name!)
    if (existsSync(next)) sourcesOf(next, found)
  }
  return found
}

test('the share page uses no icon that only the console has', () => {
  const sources = sourcesOf(join(import.meta.dirname, '../../features/share-page/main.tsx'))
  expect([...sources.keys()].filter(path => path.endsWith('FilePicker.tsx'))).toHaveLength(1)
  const named = new RegExp(`['"](?:${Object.keys(CONSOLE_ICONS).join('|')})['"]`)
  // Icon.tsx draws one of them with a stroke of its own.
  const used = [...sources].filter(([path, text]) => /(?<!\/Icon)[.]tsx$/.test(path) && named.test(text))
  expect(used.map(([path]) => path)).toEqual([])
})
