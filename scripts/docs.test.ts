import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { NAMES } from '../capabilities/list.ts'
import { CAPABILITIES } from './import-rules.ts'
import { lists } from './lists.ts'
import { ROOT } from './run.ts'
import { TABLES, withTable } from './tables.ts'

const PAGES = globSync(['*.md', 'docs/**/*.md', 'bench/*.md', 'capabilities/**/*.md'], { cwd: ROOT }).map(
  page => page.replaceAll('\\', '/'),
)
const LINK = /\]\(([^)\s]+)\)|<img[^>]*\bsrc="([^"]+)"/g
/** A path in backticks that starts with a folder of the checkout and has an extension. */
const NAMED = /`((?:packages|apps|interop|sim|bench|scripts|docs)\/[\w./-]+\.(?:ts|mjs|md|svg|py|json))`/g
const SCRIPT = /\bnpm (?:run )?(start|test|check|bench)\b|\bnpm run ([\w-]+)/g

const read = (page: string) => readFileSync(join(ROOT, page), 'utf8')
const all = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(match => match.slice(1).find(group => group !== undefined)!)

test('finds the pages', () => {
  expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'docs/architecture.md', 'docs/beps.md']))
})

describe.each(PAGES)('%s', page => {
  const text = read(page)

  test('links to existing files and headings', () => {
    const broken = all(text, LINK).filter(target => !/^[a-z]+:/.test(target) && !resolves(page, target))
    expect(broken).toEqual([])
  })

  test('names existing files', () => {
    expect(all(text, NAMED).filter(path => !existsSync(join(ROOT, path)))).toEqual([])
  })

  test('names existing npm scripts', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    expect(all(text, SCRIPT).filter(name => !(name in scripts))).toEqual([])
  })
})

describe('docs/beps.md', () => {
  const rows = read('docs/beps.md')
    .split('\n')
    .filter(line => /^\| (\d+|—) \|/.test(line))
    .map(line => line.split('|').map(cell => cell.trim()))

  test('has a test for each implemented BEP', () => {
    const done = rows.filter(([, , , node]) => node !== 'no')
    expect(done.length).toBeGreaterThan(20)
    expect(done.filter(row => !row[5]!.includes('.test.ts)')).map(([, bep]) => bep)).toEqual([])
  })

  test('has a row for each BEP that the engine cites', () => {
    const listed = new Set(rows.map(([, bep]) => bep))
    const cited = new Set<string>()
    for (const file of globSync('packages/torrent/src/**/*.ts', { cwd: ROOT }))
      for (const [, numbers] of read(file).matchAll(/\bBEP (\d+(?:(?:, | and )\d+)*)/g))
        for (const number of numbers!.split(/\D+/)) cited.add(number)
    expect([...cited].filter(bep => !listed.has(bep)).sort()).toEqual([])
  })
})

test.each(Object.keys(TABLES))('%s has the tables that node scripts/reference.ts writes', async path => {
  const text = read(path)
  expect(text).toBe(withTable(text, await TABLES[path]!()))
})

test.each(Object.entries(lists(NAMES)))(
  '%s is what node scripts/reference.ts writes',
  async (path, write) => {
    expect(read(path)).toBe(await write())
  },
)

/**
 * Returns whether the target of a link exists: the file, and the heading if the link has one; or
 * whether it belongs to a deleted capability.
 */
function resolves(page: string, target: string): boolean {
  const [path, heading] = target.split('#') as [string, string?]
  const file = path === '' ? page : join(dirname(page), decodeURI(path))
  const [top, capability] = file.split(/[\\/]/)
  if (top === CAPABILITIES && capability && !capability.includes('.') && !NAMES.includes(capability))
    return true
  if (!existsSync(join(ROOT, file))) return false
  return heading === undefined || !file.endsWith('.md') || headings(read(file)).includes(heading)
}

/** Returns the anchors that common Markdown renderers generate. */
function headings(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
