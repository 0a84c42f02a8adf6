import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NETWORK_ACCESS, NETWORK_GLOBALS, NETWORK_MODULES, TEST_FILE } from './import-rules.ts'
import { ROOT } from './run.ts'

const IMPORT =
  /^import\s+(?!type\b)([^'";]*?)\s*from\s*'([^']+)'|\b(?:import|getBuiltinModule)\(\s*'([^']+)'\s*\)/gm
const COMMENT = /^\s*(?:\/\/|\/?\*).*$/gm

/** Returns whether an import brings more than types and functions without I/O. */
function reaches(names: string | undefined): boolean {
  if (names === undefined || !names.startsWith('{')) return true
  const all = names.replace(/[{}]/g, '').split(',')
  return all.some(name => name.trim() !== '' && !/^\s*(?:type\s|isIP(?:v[46])?\s*$)/.test(name))
}

function reachesNetwork(source: string): boolean {
  const code = source.replace(COMMENT, '')
  if (NETWORK_GLOBALS.test(code)) return true
  return [...code.matchAll(IMPORT)].some(
    ([, names, from, dynamic]) => NETWORK_MODULES.test(from ?? dynamic ?? '') && reaches(names),
  )
}

test('only listed files of engine, network and node reach other machines by themselves', () => {
  const files = globSync(
    [
      'packages/{daemon,network,torrent}/src/**/*.ts',
      'apps/node/src/node/**/*.ts',
      'apps/node/src/base/**/*.ts',
    ],
    {
      cwd: ROOT,
    },
  )
    .map(file => file.replaceAll('\\', '/'))
    .filter(file => !TEST_FILE.test(file) && !/\.browser\.ts$|\/examples\//.test(file))
  const found = files.filter(file => reachesNetwork(readFileSync(join(ROOT, file), 'utf8')))
  expect(files.length).toBeGreaterThan(400)
  // A new file belongs behind a route (transport/route.node.ts), and its line explains how a strict
  // proxy is respected.
  expect(found.sort()).toEqual(Object.keys(NETWORK_ACCESS).sort())
})

test('the search finds each way to the network', () => {
  expect(reachesNetwork("import { connect } from 'node:net'\n")).toBe(true)
  expect(reachesNetwork("import {\n  type A,\n  connect,\n} from 'node:tls'\n")).toBe(true)
  expect(reachesNetwork("import http, { type A } from 'node:http'\n")).toBe(true)
  expect(reachesNetwork("const { lookup } = await import('node:dns')\n")).toBe(true)
  expect(reachesNetwork("process.getBuiltinModule('node:http').request(url)\n")).toBe(true)
  expect(reachesNetwork('await fetch(url)\n')).toBe(true)
  expect(reachesNetwork("import { isIP } from 'node:net'\nimport type { A } from 'node:http'\n")).toBe(false)
  expect(reachesNetwork('// fetch(url)\nfeed.fetch(url)\n')).toBe(false)
})
