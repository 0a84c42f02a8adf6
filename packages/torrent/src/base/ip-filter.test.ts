import { describe, expect, test } from 'vitest'
import { IpFilterParser, type LineKind, parseFilterLine } from './ip-filter.ts'
import { IpRangesBuilder } from './ip-ranges.ts'
import { seededRandom } from './random.ts'

function read(text: string) {
  const parser = new IpFilterParser()
  parser.push(text)
  return parser.end()
}

/** A line, an address that it names, and one that it does not. */
const LINES: [string, string, string][] = [
  ['001.002.003.004 - 001.002.003.009 , 100 , Some organization', '1.2.3.4', '1.2.3.10'],
  ['1.2.3.4-1.2.3.9,0,Name', '1.2.3.9', '1.2.3.3'],
  ['1.2.3.4 - 001.002.003.004', '1.2.3.4', '1.2.3.5'],
  ['Some: organization-with hyphens:1.2.3.4-1.2.3.9', '1.2.3.5', '1.2.3.1'],
  ['abc:1.2.3.4-1.2.3.9', '1.2.3.5', '1.2.3.1'],
  ['Trade, Inc:2001:db8::-2001:db8::ff', '2001:db8::80', '2001:db8::100'],
  ['2001:db8::-2001:db8::ff', '2001:db8::80', '2001:db8::100'],
  ['2001:db8:: - 2001:db8::ff , 100 , Name', '2001:db8::80', '2001:db8::100'],
  ['x:::1-::2', '::2', '::3'],
  ['10.0.0.0/8', '10.255.0.1', '11.0.0.0'],
  ['10.1.2.3/8 # comment', '10.255.0.1', '11.0.0.0'],
  ['2001:db8::/32', '2001:db8:ffff::', '2001:db9::'],
  ['192.0.2.7', '192.0.2.7', '192.0.2.8'],
  ['2001:db8::7 # comment', '2001:db8::7', '2001:db8::8'],
]

describe('a list of addresses', () => {
  test.each(LINES)('%s', (line, inside, outside) => {
    const { ranges, rules, badLines } = read(`${line}\r\n`)
    expect([rules, badLines]).toEqual([1, 0])
    expect([ranges.has(inside), ranges.has(outside)]).toEqual([true, false])
  })

  test.each<[string, LineKind]>([
    ['', 'none'],
    ['# a comment', 'none'],
    ['// a comment', 'none'],
    ['1.2.3.4 - 1.2.3.9 , 128 , allowed by its access level', 'none'],
    ['1.2.3.4 - 1.2.3.9 , 127 , blocked by its access level', 'range'],
    ['1.2.3.9 - 1.2.3.4', 'bad'],
    ['1.2.3.4/33', 'bad'],
    ['1.2.3.4.5', 'bad'],
    ['1.2.3.256', 'bad'],
    ['1.2.3.0004', 'bad'],
    ['1.2.3.4 - ', 'bad'],
    ['1.2.3.4 and more', 'bad'],
    ['1.2.3.4 - 2001:db8::', 'bad'],
    ['name:', 'bad'],
    ['-', 'bad'],
    ['<html>', 'bad'],
  ])('%j is %s', (line, kind) => {
    expect(parseFilterLine(line, new IpRangesBuilder())).toBe(kind)
  })

  test('reads on after bad lines, counts them and keeps the first ones', () => {
    const bad = Array.from({ length: 20 }, (_, i) => `bad ${i} ${'x'.repeat(9000 * (i % 2))}`)
    const list = read(`\u00ef\u00bb\u00bf10.0.0.1\n${bad.join('\n')}\n10.0.0.2`)
    expect(list).toMatchObject({ rules: 2, badLines: 20 })
    expect(list.ranges.has('10.0.0.2')).toBe(true)
    expect(list.firstBad).toHaveLength(10)
    expect(list.firstBad[0]).toEqual({ line: 2, text: 'bad 0' })
    expect(list.firstBad[1]!.text).toHaveLength(100)
  })

  test('shows bad lines printable, as UTF-8 where they are', () => {
    expect(read('a\u001b[2J\u202eb').firstBad).toEqual([{ line: 1, text: 'a\ufffd[2J\ufffdb' }])
    const bytes = String.fromCharCode(...new TextEncoder().encode('Müll'))
    expect(read(bytes).firstBad).toEqual([{ line: 1, text: 'Müll' }])
    expect(read('M\u00fcll').firstBad).toEqual([{ line: 1, text: 'Müll' }])
  })

  test('reads the same list whatever the parts in which it arrives', () => {
    const text = LINES.map(([line]) => line).join('\n')
    const whole = read(text)
    const random = seededRandom(3)
    const parser = new IpFilterParser()
    for (let at = 0; at < text.length; ) {
      const length = 1 + random.below(20)
      parser.push(text.slice(at, at + length))
      at += length
    }
    expect(parser.end()).toEqual(whole)
  })

  test('survives random and damaged lines', () => {
    const random = seededRandom(4)
    const builder = new IpRangesBuilder()
    for (let i = 0; i < 20_000; i++) {
      const line = [...LINES[random.below(LINES.length)]![0]]
      for (let changes = random.below(4); changes >= 0; changes--)
        line[random.below(line.length)] = String.fromCharCode(random.below(128))
      expect(['range', 'none', 'bad']).toContain(parseFilterLine(line.join(''), builder))
    }
    builder.build()
  })
})
