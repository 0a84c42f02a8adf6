import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, hex } from '../base/bytes.ts'
import { blockHeader, MessageWriter } from './message-writer.ts'

describe('MessageWriter', () => {
  it('encodes messages as in BEP 3, BEP 5, BEP 6 and BEP 10', () => {
    const writer = new MessageWriter()
    const written = (write: () => void) => {
      write()
      return hex(writer.take()!)
    }
    expect(written(() => writer.keepAlive())).toBe('00000000')
    expect(written(() => writer.choke())).toBe('0000000100')
    expect(written(() => writer.have(258))).toBe('000000050400000102')
    expect(written(() => writer.bitfield(Uint8Array.of(0xa0)))).toBe('0000000205a0')
    expect(written(() => writer.request(1, 16384, 16384))).toBe('0000000d06000000010000400000004000')
    expect(written(() => writer.blockHeader(1, 2, 16384))).toBe('00004009070000000100000002')
    expect(written(() => writer.port(6881))).toBe('00000003091ae1')
    expect(written(() => writer.haveAll())).toBe('000000010e')
    expect(written(() => writer.haveNone())).toBe('000000010f')
    expect(written(() => writer.suggest(5))).toBe('000000050d00000005')
    expect(written(() => writer.allowedFast(5))).toBe('000000051100000005')
    expect(written(() => writer.extended(3, Uint8Array.of(9)))).toBe('00000003140309')
  })

  it('returns null if nothing was written', () => {
    const writer = new MessageWriter()
    expect(writer.take()).toBeNull()
    writer.choke()
    expect(writer.pendingBytes).toBe(5)
    writer.take()
    expect(writer.take()).toBeNull()
    expect(writer.pendingBytes).toBe(0)
  })

  it('encodes a block header alone as it does among messages', () => {
    const writer = new MessageWriter()
    writer.blockHeader(7, 8, 9)
    expect(hex(blockHeader(7, 8, 9))).toBe(hex(writer.take()!))
  })

  it('never changes taken bytes, and loses none between slabs', () => {
    const step = fc.oneof(
      fc.constant('take' as const),
      fc.nat(0xffff),
      fc.uint8Array({ maxLength: 20_000, size: 'max' }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const writer = new MessageWriter()
        const taken: Uint8Array[] = []
        const copies: string[] = []
        const expected: Uint8Array[] = []
        const take = () => {
          const bytes = writer.take()
          if (bytes === null) return
          taken.push(bytes)
          copies.push(hex(bytes))
        }
        for (const it of steps) {
          if (it === 'take') take()
          else if (typeof it === 'number') {
            writer.request(it, it, it)
            const alone = new MessageWriter()
            alone.request(it, it, it)
            expected.push(alone.take()!)
          } else {
            writer.bitfield(it)
            const head = new Uint8Array(5)
            new DataView(head.buffer).setUint32(0, 1 + it.length)
            head[4] = 5
            expected.push(head, it)
          }
        }
        take()
        expect(taken.map(hex)).toEqual(copies)
        expect(hex(concat(taken))).toBe(hex(concat(expected)))
      }),
      { numRuns: 60 },
    )
  })
})
