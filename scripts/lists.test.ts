import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NAMES } from '../capabilities/list.ts'
import { ALL_CONTRACTS, type Contract } from '../packages/api/src/index.ts'
import { CAPABILITIES } from './import-rules.ts'
import { lists } from './lists.ts'
import { ROOT } from './run.ts'
import { TABLES } from './tables.ts'

const GENERATED = new Set([...Object.keys(lists(NAMES)), ...Object.keys(TABLES)])
const SOURCES = globSync('{packages,apps,interop,sim,bench,fuzz,scripts,capabilities}/**/*.{ts,tsx}', {
  cwd: ROOT,
  exclude: ['**/node_modules', '**/dist'],
})
  .map(file => file.replaceAll('\\', '/'))
  .filter(file => !GENERATED.has(file))

test('the list has a line for each folder, and each folder has a page', () => {
  const folders = globSync('*/contract.ts', { cwd: join(ROOT, CAPABILITIES) }).map(
    file => file.split(/[\\/]/)[0],
  )
  expect([...NAMES].sort()).toEqual(folders.sort())
  expect(NAMES.filter(name => !existsSync(join(ROOT, CAPABILITIES, name, 'docs.md')))).toEqual([])
})

const CONTRACTS: readonly Contract[] = ALL_CONTRACTS

/** Returns the codes of the errors of all operations. */
function codesOf({ operations = {} }: Pick<Contract, 'operations'>): string[] {
  return Object.values(operations).flatMap(({ errors = {} }) => Object.keys(errors))
}

/** Returns the names of a capability's parts: its folder, and the names in its contract. */
function patterns(name: string): RegExp[] {
  const { operations = {}, settings = {}, events = {} } = CONTRACTS.find(it => it.name === name)!
  const others = CONTRACTS.filter(it => !NAMES.includes(it.name))
  const shared = new Set(others.flatMap(codesOf))
  const sections = new Set(others.flatMap(it => Object.keys(it.settings ?? {})))
  const types = Object.values(events.topics ?? {}).flatMap(shapes =>
    shapes.map(({ shape }) => (shape.type as unknown as { readonly value: string }).value),
  )
  return [
    `${CAPABILITIES}/${name}/`,
    ...Object.keys(operations).map(each => `\\b${each}\\b`),
    ...Object.entries(settings).flatMap(([section, names]) =>
      (sections.has(section) ? Object.keys(names).map(each => `${section}\\.${each}`) : [section]).map(
        each => `\\bsettings(?:\\.current)?\\.${each}\\b`,
      ),
    ),
    ...types.map(each => `\\btype: '${each}'`),
    ...codesOf({ operations })
      .filter(each => !shared.has(each))
      .map(each => `'${each}'`),
  ].map(each => new RegExp(each))
}

test('nothing but other capabilities names what is in a folder, so that they can be deleted', () => {
  const texts = SOURCES.map(file => [file, readFileSync(join(ROOT, file), 'utf8')] as const)
  const found = NAMES.flatMap(name =>
    texts
      .filter(([file]) => !file.startsWith(`${CAPABILITIES}/`))
      .flatMap(([file, text]) =>
        patterns(name)
          .filter(pattern => pattern.test(text))
          .map(pattern => `${file}: ${pattern.source}`),
      ),
  )
  expect(SOURCES.length).toBeGreaterThan(1000)
  expect(found).toEqual([])
})
