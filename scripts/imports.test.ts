import { expect, test } from 'vitest'
import { findImports, findViolations, type Manifest } from './imports.ts'

const engine = {
  name: '@shoal/torrent',
  exports: { '.': './src/index.ts' },
  imports: {
    '#pair': { browser: './src/base/pair.browser.ts', default: './src/base/pair.node.ts' },
    '#left-out': { browser: './src/omitted.browser.ts', default: './src/base/pair.node.ts' },
  },
  dependencies: { '@noble/hashes': '1' },
} satisfies Manifest
const manifests = new Map<string, Manifest>([
  ['', { devDependencies: { vitest: '1', '@shoal/testing': '1' } }],
  ['packages/torrent', engine],
  ['apps/node', { name: '@shoal/node', dependencies: { '@shoal/torrent': '1' } }],
  ['packages/testing', { name: '@shoal/testing', exports: { '.': './src/index.ts' } }],
])

/**
 * Returns the violations of a tree with these files in addition to a few that most tests need, as
 * `file: message`.
 */
function violations(files: Record<string, string>): string[] {
  const src = 'packages/torrent/src'
  const tree = new Map(
    Object.entries({
      [`${src}/base/pair.node.ts`]: "import 'node:fs'\n",
      [`${src}/base/pair.browser.ts`]: '',
      [`${src}/storage/storage.ts`]: '',
      [`${src}/storage/memory.ts`]: '',
      [`${src}/wire/handshake.ts`]: '',
      [`${src}/api.ts`]: '',
      [`${src}/index.ts`]: '',
      [`${src}/omitted.browser.ts`]: "import type {} from './wire/handshake.ts'\n",
      ...files,
    }),
  )
  return findViolations({ files: tree, manifests }).map(({ file, message }) => `${file}: ${message}`)
}

test('finds all forms of imports, and ignores comments', () => {
  const source = [
    "import a from './a.ts'",
    'import {',
    '  b,',
    "} from './b.ts'",
    "import type { C } from './c.ts'",
    "export * from './d.ts'",
    "import './e.ts'",
    "const f = await import('./f.ts')",
    "new Worker(new URL('./g.ts', import.meta.url))",
    "// import h from './h.ts'",
    " * import i from './i.ts'",
    " * await import('./j.ts')",
    "export const k = 'not ./k.ts'",
  ].join('\n')
  expect(findImports(source).map(({ specifier, line }) => [specifier, line])).toEqual([
    ['./a.ts', 1],
    ['./b.ts', 2],
    ['./c.ts', 5],
    ['./d.ts', 6],
    ['./e.ts', 7],
    ['./f.ts', 8],
    ['./g.ts', 9],
  ])
})

test.each([
  ['upwards', 'wire/a.ts', "import '../storage/storage.ts'", 'must not import storage/storage.ts'],
  ['sideways', 'hash/a.ts', "import '../storage/memory.ts'", 'imports go down only'],
  ['of types upwards', 'wire/a.ts', "import type {} from '../api.ts'", 'must not import api.ts'],
  ['pieces of storage', 'pieces/a.ts', "import type {} from '../storage/storage.ts'", 'pieces is pure'],
  ['pieces of Node', 'pieces/a.node.ts', "import 'node:fs'", 'pieces is pure'],
  ['Node in a file for browsers', 'swarm/a.ts', "import 'node:fs'", 'the engine also runs in browsers'],
  ['Node without its prefix', 'swarm/a.node.ts', "import 'fs'", 'write node:fs'],
  ['an undeclared package', 'swarm/a.ts', "import 'left-pad'", 'not a dependency'],
  ['a development package', 'swarm/a.ts', "import 'vitest'", 'only tests import it'],
  ['the package for tests', 'swarm/a.ts', "import '@shoal/testing'", 'only tests import it'],
  ['an undeclared pair', 'swarm/a.ts', "import '#other'", 'not among the imports'],
  [
    'the parts that pages leave out, by path',
    'session/a.ts',
    "import '../omitted.browser.ts'",
    'for # imports',
  ],
  ['a missing file', 'swarm/a.ts', "import './b.ts'", 'does not exist'],
  ['another package by path', 'swarm/a.ts', "import '../../../../apps/node/src/b.ts'", 'by its name'],
  ['another workspace by name', 'swarm/a.ts', "import '@shoal/node'", 'not a dependency'],
  ['in a folder without a floor', 'other/a.ts', "import '../base/pair.node.ts'", 'other has no floor'],
])('reports an import: %s', (_, file, source, message) => {
  const found = violations({ [`packages/torrent/src/${file}`]: `${source}\n`, 'apps/node/src/b.ts': '' })
  expect(found).toHaveLength(1)
  expect(found[0]).toContain(message)
})

test.each([
  ['downwards', 'swarm/a.ts', "import '../wire/handshake.ts'\nimport '../storage/memory.ts'"],
  ['the contract of a folder on the same floor', 'hash/a.ts', "import type {} from '../storage/storage.ts'"],
  ['a platform pair', 'swarm/a.ts', "import '#pair'"],
  ['a part that pages leave out', 'wire/handshake.ts', "import '#left-out'"],
  ['Node in a file for Node', 'storage/a.node.ts', "import 'node:fs'"],
  [
    'anything in a test',
    'wire/a.test.ts',
    "import 'vitest'\nimport '@shoal/testing'\nimport 'node:fs'\nimport '../storage/memory.ts'",
  ],
  ['a dependency', 'base/a.ts', "import '@noble/hashes/sha2.js'"],
])('allows an import: %s', (_, file, source) => {
  expect(violations({ [`packages/torrent/src/${file}`]: `${source}\n` })).toEqual([])
})

const base = 'packages/torrent/src/base'

test.each([
  ['of two files', { 'a.ts': "import './b.ts'\n", 'b.ts': "import './a.ts'\n" }, 'a.ts -> b.ts -> a.ts'],
  ['of types', { 'a.ts': "import './b.ts'\n", 'b.ts': "import type {} from './a.ts'\n" }, 'a.ts -> b.ts'],
  [
    'of two folders by different files',
    {
      'a/a.ts': "import '../b/b.ts'\n",
      'a/c.ts': '',
      'b/b.ts': '',
      'b/d.ts': "await import('../a/c.ts')\n",
    },
    'a -> b -> a',
  ],
])('reports a cycle %s', (_, sources, cycle) => {
  const files = Object.entries(sources).map(([name, source]) => [`${base}/${name}`, source])
  const found = violations(Object.fromEntries(files))
  expect(found).toHaveLength(1)
  expect(found[0]).toContain(`cycle in ${base}: ${cycle}`)
})

test('allows cycles between tests and their helpers', () => {
  const files = { [`${base}/a.ts`]: '', [`${base}/a.test.ts`]: "import './a.ts'\n" }
  expect(violations({ ...files, [`${base}/test-a.ts`]: "import './a.test.ts'\n" })).toEqual([])
})
