import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, fromLatin1, latin1 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { BodyReader } from './body-reader.ts'

function reader(headers: Record<string, string>, status = 200): BodyReader {
  return new BodyReader({ status, headers: new Map(Object.entries(headers)) })
}

/** Reads a stream in parts of these sizes. Returns the body and the bytes after it. */
function readInParts(body: BodyReader, bytes: Uint8Array, sizes: readonly number[]) {
  const parts: Uint8Array[] = []
  let at = 0
  for (let turn = 0; at < bytes.length && !body.isDone; turn++) {
    const part = bytes.subarray(at, at + sizes[turn % sizes.length]!)
    at += body.push(part, run => parts.push(run.slice()))
  }
  return { body: concat(parts), rest: bytes.slice(at) }
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })

describe('the body of a response', () => {
  it('ends after its stated length', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ maxLength: 20 }),
        sizes,
        (body, rest, parts) => {
          const stream = reader({ 'content-length': String(body.length) })
          expect(readInParts(stream, concat([body, rest]), parts)).toEqual({ body, rest })
          expect(stream.isDone).toBe(true)
        },
      ),
    )
  })

  it('may come in chunks, with extensions and trailers', () => {
    const chunk = fc.uint8Array({ minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(fc.array(chunk), fc.uint8Array({ maxLength: 20 }), sizes, (chunks, rest, parts) => {
        const framed = chunks.map(bytes =>
          concat([fromLatin1(`${bytes.length.toString(16)};x=y\r\n`), bytes, fromLatin1('\r\n')]),
        )
        const stream = concat([...framed, fromLatin1('0\r\nTrailer: 1\r\n\r\n'), rest])
        const body = reader({ 'transfer-encoding': 'Chunked' })
        expect(readInParts(body, stream, parts)).toEqual({ body: concat(chunks), rest })
        expect(body.isDone).toBe(true)
      }),
    )
  })

  it('ends with the connection if no length is stated', () => {
    const body = reader({})
    expect(latin1(readInParts(body, fromLatin1('all of it'), [3]).body)).toBe('all of it')
    expect(body).toMatchObject({ isDone: false, framing: 'close' })
  })

  it('is empty for responses without a body', () => {
    expect(reader({}, 204).isDone).toBe(true)
    expect(reader({ 'content-length': '0' }).isDone).toBe(true)
  })

  it('is read or refused for any chunks', () => {
    const near = fc.string({ unit: fc.constantFrom('0', 'a', 'f', '\r\n', '\n', ';', 'x'), maxLength: 60 })
    fc.assert(
      fc.property(near, sizes, (text, parts) => {
        try {
          const { body } = readInParts(reader({ 'transfer-encoding': 'chunked' }), fromLatin1(text), parts)
          expect(body.length).toBeLessThanOrEqual(text.length)
        } catch (error) {
          expect(error).toBeInstanceOf(ShoalError)
        }
      }),
    )
  })

  it.each([
    ['an endless chunk head', `1${';'.repeat(10_000)}`],
    ['endless trailers', `0\r\n${'a: b\r\n'.repeat(10_000)}`],
    ['a chunk that is longer than it says', '1\r\nab\r\n'],
    ['an empty size', '\r\n'],
  ])('is refused: %s', (_, text) => {
    const body = reader({ 'transfer-encoding': 'chunked' })
    expect(() => body.push(fromLatin1(text), () => {})).toThrow(ShoalError)
  })

  it.each([
    { 'content-length': '-1' },
    { 'content-length': '1, 1' },
    { 'content-length': '99999999999999999999' },
    { 'transfer-encoding': 'gzip, chunked' },
    { 'transfer-encoding': 'chunked', 'content-length': '3' },
  ])('is refused for unsupported framing: %o', headers => {
    expect(() => reader(headers as Record<string, string>)).toThrow(ShoalError)
  })
})
