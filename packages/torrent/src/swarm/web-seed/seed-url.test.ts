import { expect, it } from 'vitest'
import { SeedUrl } from './seed-url.ts'

const file = { path: ['f.bin'] }
const inFolder = { path: ['My folder', 'ä/b?#%', '+ &'] }

it.each([
  ['http://a.example/other.bin', 'http://a.example/other.bin'],
  ['http://a.example/dir/', 'http://a.example/dir/f.bin'],
  ['http://a.example', 'http://a.example/f.bin'],
  ['https://a.example/get?id=7', 'https://a.example/get?id=7'],
])('a single file at %s is %s', (base, url) => {
  expect(new SeedUrl(base, { singleFile: true }).fileUrl(file)).toBe(url)
})

it.each(['http://a.example/pub', 'http://a.example/pub/'])('files of a folder lie below %s', base => {
  expect(new SeedUrl(base, { singleFile: false }).fileUrl(inFolder)).toBe(
    'http://a.example/pub/My%20folder/%C3%A4%2Fb%3F%23%25/%2B%20%26',
  )
})

it('has a label without secrets', () => {
  const url = new SeedUrl('http://me:secret@a.example/x/?key=secret', { singleFile: false })
  expect(url.label).toBe('http://a.example/x/?…')
})

it('accepts only schemes that the platform has, and says so', () => {
  expect(() => new SeedUrl('sftp://me:secret@a.example/f', { singleFile: true })).toThrow(
    'sftp://a.example/f: this scheme is not supported',
  )
  expect(() => new SeedUrl('nonsense', { singleFile: true })).toThrow(/not a valid URL/)
  expect(() => new SeedUrl(`http://a.example/${'x'.repeat(10_000)}`, { singleFile: true })).toThrow(
    /not a valid URL/,
  )
})
