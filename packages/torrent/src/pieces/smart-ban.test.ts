import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'
import { SmartBan } from './smart-ban.ts'

const BLOCKS = 4
const SIZE = 3 * BLOCK_BYTES + 1000

/** The correct bytes of a piece. */
function rightBytes(piece: number): Uint8Array {
  return Uint8Array.from({ length: SIZE }, (_, at) => (at * 31 + piece * 7) & 0xff)
}

/**
 * A piece as these senders sent it. Those in `liars` send wrong bytes, different ones each time.
 */
let lies = 0
function send(smartBan: SmartBan, piece: number, senders: readonly string[], liars: readonly string[] = []) {
  const bytes = rightBytes(piece)
  senders.forEach((key, block) => {
    smartBan.contributed(piece, block, key)
    if (liars.includes(key))
      bytes[block * BLOCK_BYTES + 17] = (bytes[block * BLOCK_BYTES + 17]! + 1 + (lies++ % 200)) & 0xff
  })
  return bytes
}

describe('SmartBan', () => {
  it('finds a single contributor guilty at once', () => {
    const smartBan = new SmartBan()
    expect(smartBan.failed(1, send(smartBan, 1, ['a', 'a', 'a', 'a'], ['a']))).toEqual({
      guilty: ['a'],
      suspects: [],
      cleared: [],
    })
    expect(smartBan.isSuspect('a')).toBe(false)
  })

  it('suspects several contributors, finds the one whose bytes differ once the piece verifies, and clears the rest', () => {
    const smartBan = new SmartBan()
    const verdict = smartBan.failed(1, send(smartBan, 1, ['a', 'b', 'c', 'a'], ['b']))
    expect(verdict).toEqual({ guilty: [], suspects: ['a', 'b', 'c'], cleared: [] })
    expect(smartBan.isSuspect('c')).toBe(true)
    const right = send(smartBan, 1, ['d', 'd', 'e', 'e'])
    // Longer than the piece, as a pooled buffer is.
    const buffer = new Uint8Array(SIZE + 5000).fill(9)
    buffer.set(right)
    const settled = smartBan.verified(1, buffer)
    expect(settled.guilty).toEqual(['b'])
    expect([...settled.cleared].sort()).toEqual(['a', 'c'])
    expect(['a', 'b', 'c'].some(key => smartBan.isSuspect(key))).toBe(false)
  })

  it('keeps suspects of two pieces until both are settled', () => {
    const smartBan = new SmartBan()
    smartBan.failed(1, send(smartBan, 1, ['a', 'b', 'a', 'b'], ['b']))
    smartBan.failed(2, send(smartBan, 2, ['a', 'c', 'a', 'c'], ['c']))
    expect(smartBan.verified(1, send(smartBan, 1, ['x', 'x', 'y', 'y']))).toEqual({
      guilty: ['b'],
      suspects: [],
      cleared: [],
    })
    expect(smartBan.verified(2, send(smartBan, 2, ['x', 'x', 'y', 'y']))).toEqual({
      guilty: ['c'],
      suspects: [],
      cleared: ['a'],
    })
  })

  it('finds a source guilty that sent two versions of one block, even if the piece never verifies', () => {
    const smartBan = new SmartBan()
    smartBan.failed(1, send(smartBan, 1, ['a', 'b', 'b', 'b'], ['a']))
    expect(smartBan.failed(1, send(smartBan, 1, ['a', 'c', 'c', 'c'], ['a']))).toEqual({
      guilty: ['a'],
      suspects: ['c'],
      cleared: [],
    })
    expect(smartBan.isSuspect('a')).toBe(false)
    const settled = smartBan.verified(1, send(smartBan, 1, ['d', 'd', 'd', 'd']))
    expect(settled.guilty).toEqual(['a'])
    expect([...settled.cleared].sort()).toEqual(['b', 'c'])
  })

  it('clears a suspect that sends a whole correct piece alone, and can still find it guilty later', () => {
    const smartBan = new SmartBan()
    smartBan.failed(1, send(smartBan, 1, ['a', 'b', 'a', 'b'], ['a']))
    expect(smartBan.verified(7, send(smartBan, 7, ['a', 'a', 'a', 'a'])).cleared).toEqual(['a'])
    expect(smartBan.isSuspect('a')).toBe(false)
    expect(smartBan.verified(1, send(smartBan, 1, ['c', 'c', 'c', 'c'])).guilty).toEqual(['a'])
  })

  it('forgets contributions to pieces that were dropped', () => {
    const smartBan = new SmartBan()
    smartBan.contributed(1, 0, 'a')
    smartBan.dropped(1)
    expect(smartBan.failed(1, rightBytes(1))).toEqual({ guilty: [], suspects: [], cleared: [] })
  })

  it('remembers a bounded number of failures, and clears suspects whose evidence it forgets', () => {
    const smartBan = new SmartBan()
    for (let piece = 0; piece < 257; piece++)
      smartBan.failed(piece, send(smartBan, piece, [`a${piece}`, `b${piece}`, 'x', 'x'], [`b${piece}`]))
    expect(smartBan.isSuspect('a0')).toBe(false)
    expect(smartBan.isSuspect('a1')).toBe(true)
    const verdict = smartBan.verified(0, send(smartBan, 0, ['c', 'd', 'c', 'd']))
    expect(verdict.guilty).toEqual([])
    expect([...verdict.cleared].sort()).toEqual(['a0', 'b0'])
    expect(smartBan.verified(1, send(smartBan, 1, ['c', 'd', 'c', 'd'])).guilty).toEqual(['b1'])
  })

  it('remembers a bounded number of contributions', () => {
    const smartBan = new SmartBan()
    for (let piece = 0; piece < 40_000; piece++) smartBan.contributed(piece, 0, 'a')
    expect(smartBan.failed(0, rightBytes(0)).guilty).toEqual([])
    expect(smartBan.failed(39_999, rightBytes(0)).guilty).toEqual(['a'])
  })

  it('never finds an honest source guilty, and finds every liar whose piece is settled', () => {
    const sender = fc.constantFrom('a', 'b', 'c', 'd', 'e')
    const tries = fc.array(
      fc.record({ piece: fc.nat(3), senders: fc.array(sender, { minLength: BLOCKS, maxLength: BLOCKS }) }),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(tries, fc.subarray(['a', 'b', 'c', 'd', 'e'], { maxLength: 2 }), (list, liars) => {
        const smartBan = new SmartBan()
        const owed = new Map<number, Set<string>>()
        for (const { piece, senders } of list) {
          const lied = senders.filter(key => liars.includes(key))
          const bytes = send(smartBan, piece, senders, liars)
          if (lied.length > 0) {
            const { guilty, suspects } = smartBan.failed(piece, bytes)
            for (const key of guilty) expect(liars).toContain(key)
            if (guilty.length === 0) for (const key of lied) expect(suspects).toContain(key)
            if (new Set(senders).size > 1) {
              owed.set(piece, new Set([...(owed.get(piece) ?? []), ...lied]))
            }
            continue
          }
          const { guilty, cleared } = smartBan.verified(piece, bytes)
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
