import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLatin1 } from '../../base/bytes.ts'
import { passivePort, ReplyReader } from './ftp-reply.ts'

const read = (text: string) => new ReplyReader().push(fromLatin1(text))

describe('replies', () => {
  it.each([
    ['220 ready\r\n', [{ code: 220, text: 'ready' }]],
    [
      '200\r\n226 done\n',
      [
        { code: 200, text: '' },
        { code: 226, text: 'done' },
      ],
    ],
    ['230-Welcome\r\n 230 not yet\r\n220 nor this\r\n230-still\r\n230 in\r\n', [{ code: 230, text: 'in' }]],
    ['150 half', []],
  ])('%j', (text, replies) => expect(read(text)).toEqual(replies))

  it('are the same however they are divided', () => {
    const whole = '220-hello\r\nall\r\n220 ready\r\n331 password\r\n230 in\r\n'
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: whole.length - 1 })), cuts => {
        const reader = new ReplyReader()
        const at = [0, ...cuts.sort((a, b) => a - b), whole.length]
        const parts = at.slice(1).map((end, index) => whole.slice(at[index], end))
        expect(parts.flatMap(part => reader.push(fromLatin1(part)))).toEqual(read(whole))
      }),
    )
  })

  it.each([
    ['another protocol', 'HTTP/1.1 400 Bad Request\r\n'],
    ['a code out of range', '642 x\r\n'],
    ['an endless line', '2'.repeat(5000)],
    ['a long line', `220 ${'x'.repeat(5000)}\r\n`],
    ['an endless reply', `220-\r\n${'text\r\n'.repeat(20_000)}`],
  ])('that are %s are refused', (_, text) =>
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'bad-message' })),
  )
})

describe('the port of a data connection', () => {
  it.each([
    [229, 'Entering Extended Passive Mode (|||50123|)', 50_123],
    [229, 'ok (!!!1024!)', 1024],
    [227, 'Entering Passive Mode (10,0,0,1,195,80).', 50_000],
    // Only the port counts, regardless of the address.
    [227, '=127,0,0,1,4,0', 1024],
    [229, '(|||22|)', null],
    [229, '(|1|10.0.0.1|50123|)', null],
    [229, '(|||70000|)', null],
    [227, '(10,0,0,1,300,1)', null],
    [227, '(10,0,0,1)', null],
    [226, '(|||50123|)', null],
  ])('of %i %s is %s', (code, text, port) => expect(passivePort({ code, text })).toBe(port))
})
