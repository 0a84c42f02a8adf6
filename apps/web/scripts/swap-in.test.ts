import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { swapIn } from './swap-in.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-swap-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function build(name: string, files: Record<string, string>): string {
  const path = join(folder, name)
  mkdirSync(path)
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text)
  return path
}

test('a build takes the place of the one before as a whole, and leaves nothing next to it', () => {
  const dist = build('dist', { 'index.html': 'old', 'old.js': '' })
  swapIn(build('next', { 'index.html': 'new', 'new.js': '' }), dist)
  expect(readdirSync(dist).sort()).toEqual(['index.html', 'new.js'])
  expect(readFileSync(join(dist, 'index.html'), 'utf8')).toBe('new')
  expect(readdirSync(folder)).toEqual(['dist'])
})

test('the first build has nothing to replace', () => {
  const dist = join(folder, 'dist')
  swapIn(build('next', { 'index.html': 'new' }), dist)
  expect(existsSync(join(dist, 'index.html'))).toBe(true)
})

test('where there is no build, the place keeps what it has', () => {
  const dist = build('dist', { 'index.html': 'old' })
  expect(() => swapIn(join(folder, 'missing'), dist)).toThrow(/ENOENT/)
  expect(readFileSync(join(dist, 'index.html'), 'utf8')).toBe('old')
})
