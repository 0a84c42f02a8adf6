import { expect, test } from 'vitest'
import { affectedTests } from './changed.ts'
import type { Manifest } from './imports.ts'

const SOURCES: Record<string, string> = {
  'packages/engine/package.json': '',
  'packages/engine/src/index.ts': "export * from './session.ts'",
  'packages/engine/src/session.ts': "import { clock } from '#clock'",
  'packages/engine/src/session.test.ts': "import { Session } from './session.ts'",
  'packages/engine/src/clock.node.ts': '',
  'packages/engine/src/clock.browser.ts': '',
  'packages/engine/src/worker.ts': '',
  'packages/engine/src/pool.ts': "new Worker(new URL('./worker.ts', import.meta.url))",
  'packages/engine/src/pool.test.ts': "import { Pool } from './pool.ts'",
  'apps/page/build.ts': "const SOURCES = ['apps/page/src', 'packages/engine/src']",
  'apps/page/page.test.ts': "import { build } from './build.ts'",
  'apps/page/src/style.css': '',
  'apps/page/src/label.ts': '',
  'apps/page/src/label.test.ts': "import { label } from './label.ts'",
  'apps/cli/main.ts': "import { Session } from '@x/engine'",
  'apps/cli/main.test.ts': "const PROGRAM = join(import.meta.dirname, 'main.ts')",
  'apps/cli/unused/data.json': '',
  'parts/sound/contract.ts': '',
  'sound/parts.test.ts': "import { SOUND } from '@x/parts/sound/contract.ts'",
  'docs/guide.md': '',
  'scripts/docs.test.ts': "const PAGES = globSync('docs/**/*.md')",
}
const MANIFESTS: Record<string, Manifest> = {
  parts: { name: '@x/parts', exports: { './*': './*' } },
  'packages/engine': {
    name: '@x/engine',
    exports: { '.': './src/index.ts' },
    imports: { '#clock': { browser: './src/clock.browser.ts', default: './src/clock.node.ts' } },
  },
}
const TREE = { files: new Map(Object.entries(SOURCES)), manifests: new Map(Object.entries(MANIFESTS)) }

const ENGINE = 'packages/engine/src'
const PAGE = 'apps/page/page.test.ts'

test.each<[why: string, changed: string, tests: string[]]>([
  ['a module', 'apps/page/src/label.ts', [PAGE, 'apps/page/src/label.test.ts']],
  [
    'a module that a package exports',
    `${ENGINE}/session.ts`,
    [`${ENGINE}/session.test.ts`, PAGE, 'apps/cli/main.test.ts'],
  ],
  [
    'either file of a platform pair',
    `${ENGINE}/clock.browser.ts`,
    [`${ENGINE}/session.test.ts`, PAGE, 'apps/cli/main.test.ts'],
  ],
  ['a module of a package that exports all of them', 'parts/sound/contract.ts', ['sound/parts.test.ts']],
  ['a worker', `${ENGINE}/worker.ts`, [`${ENGINE}/pool.test.ts`, PAGE]],
  ['a program that a test starts', 'apps/cli/main.ts', ['apps/cli/main.test.ts']],
  ['a file of a folder that something reads', 'apps/page/src/style.css', [PAGE]],
  ['a file that matches a pattern', 'docs/guide.md', ['scripts/docs.test.ts']],
  ['a test, which affects only itself', 'apps/page/src/label.test.ts', ['apps/page/src/label.test.ts']],
  [
    'a file without references, which affects the nearest tests',
    'apps/cli/unused/data.json',
    ['apps/cli/main.test.ts'],
  ],
])('finds the tests that are affected by %s', (_, changed, tests) => {
  expect(affectedTests([changed], TREE).sort()).toEqual(tests.sort())
})

test.each(['package-lock.json', 'packages/engine/package.json', 'vitest.config.ts', 'LICENSE'])(
  '%s affects all tests',
  changed => {
    expect(affectedTests([changed], TREE)).toHaveLength(7)
  },
)

test('no tests are affected without a change', () => {
  expect(affectedTests([], TREE)).toEqual([])
})
