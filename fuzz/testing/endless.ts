/** A parser that never returns for some inputs, to test the fuzzer itself. */
import type { Parser } from '../parser.ts'

export const PARSERS: readonly Parser[] = [
  {
    name: 'endless',
    file: 'fuzz/testing/endless.ts',
    export: 'parseEndless',
    takes: 'latin1',
    format: 'text',
    throws: [],
    maxBytes: 3,
  },
]

export function parseEndless(text: string): void {
  while (text.includes('!'));
}
