import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './run.ts'
import { LONGEST } from './sequencer.ts'

test.each(LONGEST)('%s, which starts first, exists', file => {
  expect(existsSync(join(ROOT, file))).toBe(true)
})
