import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printable } from './printable.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 60 })

test('escape sequences and reversed text are neutralized', () => {
  expect(printable('a\u001b[2Jb\nc')).toBe('a\ufffd[2Jb\ufffdc')
  expect(printable('photo\u202egpj.exe')).toBe('photo\ufffdgpj.exe')
  expect(printable('\ud800')).toBe('\ufffd')
})

test('only ASCII remains on a terminal without UTF-8', () => {
  expect(printable('Füße…', { unicode: false })).toBe('Fuesse...')
  expect(printable('déjà vu', { unicode: false })).toBe('deja vu')
  expect(printable('映画', { unicode: false })).toBe('??')
})

test('no control character remains in any text', () => {
  fc.assert(
    fc.property(anyText, text => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
      expect(printable(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
    }),
  )
})
