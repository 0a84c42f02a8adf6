import { describe, expect, it } from 'vitest'
import { utf8 } from '../packages/torrent/src/base/bytes.ts'
import { seededRandom } from '../packages/torrent/src/base/random.ts'
import { placeOf } from '../scripts/import-rules.ts'
import { fromLine, keptInputs, toLine } from './inputs.ts'
import { mutate } from './mutate.ts'
import { EXCEPTIONS, PARSERS } from './parsers.ts'
import { findParsers, scanParsers } from './scan.ts'
import { shrink } from './shrink.ts'
import { openTarget } from './target.ts'

const LISTED = new Set(
  PARSERS.flatMap(parser => [parser.export, ...(parser.covers ?? [])].map(name => `${parser.file}#${name}`)),
)

/** A capability's part is exempt if the folder whose rules it follows is. */
function isExcepted(id: string, exception: string): boolean {
  const place = placeOf(id.replace(/#.*/, '')) ?? id
  return id === exception || (exception.endsWith('/') && place.startsWith(exception))
}

describe('the table of parsers', () => {
  const found = scanParsers().map(({ file, name }) => `${file}#${name}`)

  it('lists every function that looks like a parser, or says why not', () => {
    const missing = found.filter(
      id => !LISTED.has(id) && !Object.keys(EXCEPTIONS).some(exception => isExcepted(id, exception)),
    )
    expect(missing, 'Add a line to PARSERS (or to EXCEPTIONS, with the reason) in fuzz/parsers.ts').toEqual(
      [],
    )
  })

  it('has no exception that nothing needs', () => {
    const needless = Object.keys(EXCEPTIONS).filter(
      exception => !found.some(id => isExcepted(id, exception) && !LISTED.has(id)),
    )
    expect(needless).toEqual([])
  })

  it('has one name and a corpus for each', () => {
    expect(new Set(PARSERS.map(({ name }) => name)).size).toBe(PARSERS.length)
    const without = PARSERS.filter(({ name }) => keptInputs('corpus', name).length === 0)
    expect(without.map(({ name }) => name)).toEqual([])
  })

  it('recognizes parsers by their names and parameters', () => {
    const source = [
      'export function parseThing(bytes: Uint8Array): Thing {',
      'export async function* readLines(\n  body: AsyncIterable<Uint8Array>,\n): AsyncGenerator<string> {',
      'export function decode<T>({ text }: { text: string }, more = 1) {',
      'export class ThingReader implements Reader {',
      'export function readPort(value: number): number {',
      'export function reader(text: string): string {',
      'function parseOwn(text: string) {',
    ].join('\n')
    expect(findParsers(source)).toEqual(['parseThing', 'readLines', 'decode', 'ThingReader'])
  })
})

it('does not fail again for inputs that once failed', async () => {
  const faults: string[] = []
  for (const parser of PARSERS) {
    const inputs = keptInputs('regressions', parser.name)
    if (inputs.length === 0) continue
    const target = await openTarget(parser)
    for (const { bytes, note } of inputs)
      if (await target.check(bytes)) faults.push(`${parser.name}: ${note}: ${toLine(bytes)}`)
  }
  expect(faults).toEqual([])
})

describe('the fuzzer', () => {
  it('keeps inputs as lines of text', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at)
    expect(fromLine(toLine(bytes))).toEqual(bytes)
    expect(toLine(Buffer.from('# \\ '))).toBe('\\x23 \\x5c\\x20')
  })

  it('mutates within the limit, and the same for the same seed', () => {
    const corpus = [utf8('d1:ai1e1:bl1:c0:ee'), utf8('{"a":[1,"b"]}'), new Uint8Array(0)]
    for (const format of ['binary', 'bencode', 'json', 'text'] as const) {
      const all = (seed: number) => {
        const random = seededRandom(seed)
        return Array.from({ length: 2000 }, (_, at) =>
          mutate(corpus[at % 3]!, { format, random, maxBytes: 64, corpus }),
        )
      }
      const inputs = all(1)
      expect(all(1).map(toLine)).toEqual(inputs.map(toLine))
      expect(Math.max(...inputs.map(({ length }) => length))).toBe(64)
      expect(new Set(inputs.map(toLine)).size).toBeGreaterThan(700)
    }
  })

  it('shrinks an input to what makes it fail, in plain bytes', async () => {
    const input = seededRandom(3).bytes(3000)
    input[1500] = 0xff
    input[2900] = 0xfe
    const small = await shrink(input, async bytes => {
      const at = bytes.indexOf(0xff)
      return at >= 0 && bytes.indexOf(0xfe, at) > at + 1
    })
    expect([...small]).toEqual([0xff, 0x61, 0xfe])
  })
})
