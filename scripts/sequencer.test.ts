import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { REPLACING_MODULES } from '../vitest.config.ts'
import { ROOT } from './run.ts'
import { LONGEST } from './sequencer.ts'

test.each(LONGEST)('%s, which starts first, exists', file => {
  expect(existsSync(join(ROOT, file))).toBe(true)
})

test('only tests with processes of their own replace modules', () => {
  const files = globSync('{packages,apps,scripts,bench,fuzz}/**/*.test.ts', {
    cwd: ROOT,
    exclude: ['**/node_modules/**'],
  })
  const replacing = files.filter(file =>
    /\bvi\s*\.(?:do)?[mM]ock\(/.test(readFileSync(join(ROOT, file), 'utf8')),
  )
  expect(replacing.sort()).toEqual(REPLACING_MODULES)
})
