import { expect, test } from 'vitest'
import { nameOfUrl, safeFileName } from './file-name.ts'

test.each([
  ['../../etc/passwd', '___.._etc_passwd'],
  ['..', '_'],
  ['', '_'],
  ['.bashrc', '_bashrc'],
  ['a\u0000b\u202egpj.exe', 'a_b_gpj.exe'],
  ['C:\\windows\\system32', 'C:_windows_system32'],
])('%j is stored as %j', (name, safe) => {
  expect(safeFileName(name, 'posix')).toBe(safe)
})

test('a long name keeps its extension within 255 bytes', () => {
  const name = safeFileName(`${'ü'.repeat(300)}.tar.gz`, 'posix')
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
  expect(name.endsWith('.gz')).toBe(true)
})

test('names of Windows devices are changed', () => {
  expect(safeFileName('con.txt', 'windows')).toBe('_con.txt')
})

test.each([
  ['http://x/a/b%20c.iso?q=1', 'b c.iso'],
  ['http://x/a/', 'a'],
  ['http://x/', 'download'],
  ['http://x/%ff', '%ff'],
])('%s is called %s', (url, name) => {
  expect(nameOfUrl(new URL(url))).toBe(name)
})
