import { expect, test } from 'vitest'
import { findTerminalStyle, jsonLine } from './output.ts'

test.each([
  [{ LANG: 'en_US.UTF-8' }, 'linux', { unicode: true, color: true }],
  [{ LANG: 'de_DE.utf8', NO_COLOR: '1' }, 'linux', { unicode: true, color: false }],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, 'linux', { unicode: false, color: true }],
  [{}, 'linux', { unicode: false, color: true }],
  [{}, 'win32', { unicode: true, color: true }],
  [{ TERM: 'dumb', LANG: 'C.UTF-8' }, 'linux', { unicode: false, color: false }],
  [{ NO_COLOR: '', LANG: 'C.UTF-8' }, 'linux', { unicode: true, color: true }],
])('%j on %s', (env, platform, style) => expect(findTerminalStyle(env, platform)).toEqual(style))

test('JSON keeps the text and has no control characters', () => {
  const value = { name: 'a\u001b[2J\u009b2J\u202egpj.exe\u007fä😀' }
  const line = jsonLine(value)
  expect(line).not.toMatch(/[\p{Cc}\u202e]/u)
  expect(line).toContain('ä😀')
  expect(JSON.parse(line)).toEqual(value)
})
