import { expect, test } from 'vitest'
import { idOf, isOlder, readRelease } from './release.ts'

const HASH = 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg'
const toBytes = (value: unknown) =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
const read = (value: unknown) => readRelease(toBytes(value))

test('a list names its version, its files and itself', async () => {
  const files = { 'index.html': HASH, 'assets/main-1a.js': HASH }
  const list = { version: '1.2.3', files }
  expect(read(list)).toEqual({ version: '1.2.3', files: new Map(Object.entries(files)) })
  const id = await idOf(toBytes(list))
  expect(id).toMatch(/^[0-9a-f]{12}$/)
  expect(await idOf(toBytes({ ...list, version: '1.2.4' }))).not.toBe(id)
})

test.each<[unknown, string]>([
  ['', 'no JSON'],
  [{ version: '1.2', files: { 'index.html': HASH } }, 'a version of two numbers'],
  [{ version: '1.2.3', files: [HASH] }, 'files without names'],
  [{ version: '1.2.3', files: { 'main.js': HASH } }, 'no page'],
  [{ version: '1.2.3', files: { 'index.html': HASH, '../other.js': HASH } }, 'a file elsewhere'],
  [{ version: '1.2.3', files: { 'index.html': HASH, 'https://example.com/a.js': HASH } }, 'another host'],
  [{ version: '1.2.3', files: { 'index.html': HASH.slice(1) } }, 'a short hash'],
  ['x'.repeat((256 << 10) + 1), 'too many bytes'],
])('a list is refused that is not one: %#', value => {
  expect(() => read(value)).toThrow(expect.objectContaining({ code: 'bad-release' }))
})

test('versions are compared by their numbers', () => {
  expect(isOlder('0.9.10', '0.10.0')).toBe(true)
  expect([isOlder('0.10.0', '0.9.10'), isOlder('1.0.0', '1.0.0')]).toEqual([false, false])
})
