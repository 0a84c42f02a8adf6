import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha256 } from '#crypto'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'
import { BlameBook } from './blame.ts'

const BLOCKS = 4
const SIZE = 3 * BLOCK_BYTES + 1000

/** The right bytes of a piece. */
function rightBytes(piece: number): Uint8Array {
  return Uint8Array.from({ length: SIZE }, (_, at) => (at * 31 + piece * 7) & 0xff)
}

/** A piece as these senders sent it; those in `liars` send other bytes, different ones each time. */
let lies = 0
function send(book: BlameBook, piece: number, senders: readonly string[], liars: readonly string[] = []) {
  const bytes = rightBytes(piece)
  senders.forEach((key, block) => {
    book.contributed(piece, block, key)
    if (liars.includes(key))
      bytes[block * BLOCK_BYTES + 17] = (bytes[block * BLOCK_BYTES + 17]! + 1 + (lies++ % 200)) & 0xff
  })
  return bytes
}

describe('BlameBook', () => {
  it('finds a single contributor guilty at once', () => {
    const book = new BlameBook()
    expect(book.failed(1, send(book, 1, ['a', 'a', 'a', 'a'], ['a']))).toEqual({
      guilty: ['a'],
      suspects: [],
    })
    expect(book.hasSuspects).toBe(false)
  })

  it('suspects several, finds who sent other bytes when the piece verifies, and clears the rest', () => {
    const book = new BlameBook()
    const verdict = book.failed(1, send(book, 1, ['a', 'b', 'c', 'a'], ['b']))
    expect(verdict).toEqual({ guilty: [], suspects: ['a', 'b', 'c'] })
    expect(book.hasSuspects && book.isSuspect('c')).toBe(true)
    const right = send(book, 1, ['d', 'd', 'e', 'e'])
    // Longer than the piece, as a pooled buffer is.
    const buffer = new Uint8Array(SIZE + 5000).fill(9)
    buffer.set(right)
    const settled = book.verified(1, buffer)
    expect(settled.guilty).toEqual(['b'])
    expect([...settled.cleared].sort()).toEqual(['a', 'c'])
    expect(book.hasSuspects).toBe(false)
  })

  it('keeps suspects of two pieces until both are settled', () => {
    const book = new BlameBook()
    book.failed(1, send(book, 1, ['a', 'b', 'a', 'b'], ['b']))
    book.failed(2, send(book, 2, ['a', 'c', 'a', 'c'], ['c']))
    expect(book.verified(1, send(book, 1, ['x', 'x', 'y', 'y']))).toEqual({ guilty: ['b'], cleared: [] })
    expect(book.verified(2, send(book, 2, ['x', 'x', 'y', 'y']))).toEqual({ guilty: ['c'], cleared: ['a'] })
  })

  it('finds who sent two versions of one block, even if the piece never verifies', () => {
    const book = new BlameBook()
    book.failed(1, send(book, 1, ['a', 'b', 'b', 'b'], ['a']))
    expect(book.failed(1, send(book, 1, ['a', 'c', 'c', 'c'], ['a']))).toEqual({
      guilty: ['a'],
      suspects: ['c'],
    })
    expect(book.isSuspect('a')).toBe(false)
    const settled = book.verified(1, send(book, 1, ['d', 'd', 'd', 'd']))
    expect(settled.guilty).toEqual(['a'])
    expect([...settled.cleared].sort()).toEqual(['b', 'c'])
  })

  it('ends the parole of who sends a whole piece alone, and still finds it guilty later', () => {
    const book = new BlameBook()
    book.failed(1, send(book, 1, ['a', 'b', 'a', 'b'], ['a']))
    expect(book.verified(7, send(book, 7, ['a', 'a', 'a', 'a'])).cleared).toEqual(['a'])
    expect(book.isSuspect('a')).toBe(false)
    expect(book.hasSuspects).toBe(true)
    expect(book.verified(1, send(book, 1, ['c', 'c', 'c', 'c'])).guilty).toEqual(['a'])
  })

  it('settles a failure at once by leaf hashes, over the bytes of the file only', () => {
    const leaf = (piece: number, block: number) => {
      const lengthBytes = block === 3 ? 500 : BLOCK_BYTES
      const begin = block * BLOCK_BYTES
      return { hash: sha256(rightBytes(piece).subarray(begin, begin + lengthBytes)), lengthBytes }
    }
    const book = new BlameBook({ leaf })
    expect(book.failed(1, send(book, 1, ['a', 'b', 'c', 'd'], ['b', 'd']))).toEqual({
      guilty: ['b', 'd'],
      suspects: [],
    })
    expect(book.hasSuspects).toBe(false)
  })

  it('suspects all when the leaves are right and the piece is not', () => {
    const book = new BlameBook({ leaf: () => ({ hash: sha256(new Uint8Array(0)), lengthBytes: 0 }) })
    expect(book.failed(1, send(book, 1, ['a', 'b', 'a', 'b'], ['b'])).suspects).toEqual(['a', 'b'])
  })

  it('forgets contributions to pieces that were dropped', () => {
    const book = new BlameBook()
    book.contributed(1, 0, 'a')
    book.dropped(1)
    expect(book.failed(1, rightBytes(1))).toEqual({ guilty: [], suspects: [] })
  })

  it('remembers a bounded number of failures, and pardons those whose evidence it forgets', () => {
    const book = new BlameBook()
    for (let piece = 0; piece < 257; piece++)
      book.failed(piece, send(book, piece, [`a${piece}`, `b${piece}`, 'x', 'x'], [`b${piece}`]))
    expect(book.isSuspect('a0')).toBe(false)
    expect(book.isSuspect('a1')).toBe(true)
    const verdict = book.verified(0, send(book, 0, ['c', 'd', 'c', 'd']))
    expect(verdict.guilty).toEqual([])
    expect([...verdict.cleared].sort()).toEqual(['a0', 'b0'])
    expect(book.verified(1, send(book, 1, ['c', 'd', 'c', 'd'])).guilty).toEqual(['b1'])
  })

  it('remembers a bounded number of contributions', () => {
    const book = new BlameBook()
    for (let piece = 0; piece < 40_000; piece++) book.contributed(piece, 0, 'a')
    expect(book.failed(0, rightBytes(0)).guilty).toEqual([])
    expect(book.failed(39_999, rightBytes(0)).guilty).toEqual(['a'])
  })

  it('never finds an honest source guilty, and finds every liar whose piece is settled', () => {
    const sender = fc.constantFrom('a', 'b', 'c', 'd', 'e')
    const tries = fc.array(
      fc.record({ piece: fc.nat(3), senders: fc.array(sender, { minLength: BLOCKS, maxLength: BLOCKS }) }),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(tries, fc.subarray(['a', 'b', 'c', 'd', 'e'], { maxLength: 2 }), (list, liars) => {
        const book = new BlameBook()
        const owed = new Map<number, Set<string>>()
        for (const { piece, senders } of list) {
          const lied = senders.filter(key => liars.includes(key))
          const bytes = send(book, piece, senders, liars)
          if (lied.length > 0) {
            const { guilty, suspects } = book.failed(piece, bytes)
            for (const key of guilty) expect(liars).toContain(key)
            if (guilty.length === 0) for (const key of lied) expect(suspects).toContain(key)
            if (new Set(senders).size > 1) {
              owed.set(piece, new Set([...(owed.get(piece) ?? []), ...lied]))
            }
            continue
          }
          const { guilty, cleared } = book.verified(piece, bytes)
          for (const key of guilty) {
            expect(liars).toContain(key)
            expect(cleared).not.toContain(key)
          }
          for (const key of owed.get(piece) ?? []) expect(guilty).toContain(key)
          owed.delete(piece)
        }
      }),
    )
  })
})
