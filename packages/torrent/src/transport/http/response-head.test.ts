import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLatin1, latin1 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { HeadReader, MAX_HEAD_BYTES, parseHead } from './response-head.ts'

/**
 * Feeds the reader in parts of these sizes, repeatedly. Returns the head and the remaining bytes.
 */
function readInParts(bytes: Uint8Array, sizes: readonly number[]) {
  const reader = new HeadReader()
  let at = 0
  for (let turn = 0; at < bytes.length && !reader.head; turn++) {
    const part = bytes.subarray(at, at + sizes[turn % sizes.length]!)
    at += reader.push(part)
  }
  return { head: reader.head, rest: latin1(bytes.subarray(at)) }
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })

describe('the head of a response', () => {
  it('survives a round trip, however it arrives', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/)
    const value = fc.stringMatching(/^([!-~]([ -~]{0,20}[!-~])?)?$/)
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 599 }),
        fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 10 }),
        fc.string({ maxLength: 30, unit: 'binary-ascii' }),
        sizes,
        (status, headers, body, parts) => {
          const lines = headers.map(([key, text]) => `${key.toUpperCase()}: ${text}\r\n`).join('')
          const bytes = fromLatin1(
            `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 ${status} Why\r\n${lines}\r\n${body}`,
          )
          const { head, rest } = readInParts(bytes, parts)
          expect(head?.status).toBe(status)
          expect([...head!.headers]).toEqual(headers)
          expect(rest).toBe(body)
        },
      ),
    )
  })

  it('is parsed or refused for any bytes', () => {
    const near = fc.string({ unit: fc.constantFrom('HTTP/1.1 200 OK', '\r\n', ': ', 'a', ' ', '\0', '\n') })
    fc.assert(
      fc.property(
        fc.oneof(near.map(fromLatin1), fc.uint8Array({ maxLength: 200 })),
        sizes,
        (bytes, parts) => {
          try {
            readInParts(bytes, parts)
          } catch (error) {
            expect(error).toBeInstanceOf(ShoalError)
          }
        },
      ),
    )
  })

  it('joins headers that are repeated', () => {
    expect(parseHead('HTTP/1.0 200\r\nA: 1\r\na:2 ').headers.get('a')).toBe('1, 2')
  })

  it.each([
    'HTTP/2 200 OK',
    'HTTP/1.1 20',
    'HTTP/1.1 200 OK\r\nno colon',
    'HTTP/1.1 200 OK\r\nspace : x',
    'x',
  ])('is refused: %s', text => expect(() => parseHead(text)).toThrow(ShoalError))

  it('is never longer than its limit', () => {
    const reader = new HeadReader()
    const filler = fromLatin1(`HTTP/1.1 200 OK\r\nA: ${' '.repeat(MAX_HEAD_BYTES)}`)
    expect(() => reader.push(filler)).toThrow(/longer than/)
  })
})
