import { expect, test } from 'vitest'
import { findContentPath } from './content-path.ts'
import { hookArguments, hookEnvironment } from './hook-arguments.ts'

const torrent = {
  id: 'abc',
  name: 'A {path} $(rm -rf) "x"',
  path: '/d/A',
  directory: '/d',
  label: '',
  bytes: 12,
}

test('placeholders are replaced once and stay within their argument', () => {
  expect(
    hookArguments(['run', '--name={name}', '{bytes}{id}', '{label}', '{other} {', '{path}'], torrent),
  ).toEqual(['run', '--name=A {path} $(rm -rf) "x"', '12abc', '', '{other} {', '/d/A'])
})

test('a name cannot become an option of the program', () => {
  const evil = { ...torrent, name: '-exec=evil', label: '', path: '/d/-exec=evil' }
  expect(
    hookArguments(['run', '{name}', '{label}{name}', '-n{name}', '--name={name}', '{path}'], evil),
  ).toEqual(['run', './-exec=evil', './-exec=evil', '-n-exec=evil', '--name=-exec=evil', '/d/-exec=evil'])
  expect(hookEnvironment(evil)).toMatchObject({ SHOAL_NAME: '-exec=evil' })
})

test('the environment has the same values, without NUL', () => {
  const environment = hookEnvironment({ ...torrent, name: 'a\0b' })
  expect(environment).toEqual({
    SHOAL_ID: 'abc',
    SHOAL_NAME: 'ab',
    SHOAL_PATH: '/d/A',
    SHOAL_DIRECTORY: '/d',
    SHOAL_LABEL: '',
    SHOAL_BYTES: '12',
  })
})

test('the content path contains all files', () => {
  const of = (...paths: (string | null)[]) =>
    findContentPath({
      ...{ name: 'con', directory: '/d' },
      files: paths.map(diskPath => ({
        storedPath: (diskPath ?? '/d/elsewhere').split('/').slice(2),
        diskPath,
      })),
    })
  expect(of('/d/_con')).toBe('/d/_con')
  expect(of(null, '/d/_con/a/b')).toBe('/d/_con')
  expect(of(null)).toBe('/d/con')
})
