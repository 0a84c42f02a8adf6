import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIp } from '../../base/ip.ts'
import { encodeDatagram, encodeRequest, parseDatagram, readReply } from './socks.ts'

const TARGET = { host: 'tracker.example', port: 80 }

/** Reads from bytes that have arrived; the connection then ends. */
function reader(bytes: Uint8Array) {
  let at = 0
  return async (count: number) => {
    if (at + count > bytes.length) throw new Error('ended')
    at += count
    return bytes.subarray(at - count, at)
  }
}

describe('requests', () => {
  it('contain names as they are, so that only the proxy resolves them', () => {
    expect([...encodeRequest(1, { host: 'a.example', port: 0x1234 })]).toEqual([
      ...[5, 1, 0, 3, 9],
      ...Buffer.from('a.example'),
      ...[0x12, 0x34],
    ])
  })

  it('reject names that do not fit', () => {
    expect(() => encodeRequest(1, { host: 'x'.repeat(256), port: 1 })).toThrow(/too long/)
  })
})

describe('replies', () => {
  it('name an address of any kind', async () => {
    expect(await readReply(reader(Uint8Array.of(5, 0, 0, 1, 10, 0, 0, 1, 1, 2)), TARGET)).toEqual({
      host: '10.0.0.1',
      port: 258,
    })
    expect(await readReply(reader(Uint8Array.of(5, 0, 0, 3, 1, 97, 1, 2)), TARGET)).toEqual({
      host: 'a',
      port: 258,
    })
    const ipv6 = Uint8Array.of(5, 0, 0, 4, ...new Array(15).fill(0), 1, 1, 2)
    expect(await readReply(reader(ipv6), TARGET)).toEqual({ host: '::1', port: 258 })
  })

  it.each([
    ['another version', [4, 0, 0, 1], 'bad-message'],
    ['an unknown kind of address', [5, 0, 0, 9], 'bad-message'],
    ['a refusal', [5, 5, 0, 1], 'refused'],
    ['an unreachable host', [5, 4, 0, 1], 'unreachable'],
    ['an unknown error', [5, 99, 0, 1], 'unreachable'],
  ])('fail for %s', async (_what, bytes, code) => {
    await expect(readReply(reader(Uint8Array.from(bytes)), TARGET)).rejects.toMatchObject({ code })
  })
})

describe('datagrams', () => {
  it('survive the round trip', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ minLength: 4, maxLength: 4 }),
          fc.uint8Array({ minLength: 16, maxLength: 16 }),
        ),
        fc.integer({ min: 1, max: 65535 }),
        fc.uint8Array({ maxLength: 1500 }),
        (ip, port, payload) => {
          const host = formatIp(ip)
          const parsed = parseDatagram(encodeDatagram({ host, port }, payload))
          expect(parsed?.from).toEqual({ host, port })
          expect([...parsed!.payload]).toEqual([...payload])
        },
      ),
    )
  })

  it.each([
    ['fragments', [0, 0, 1, 1, 1, 2, 3, 4, 0, 80, 1]],
    ['reserved bytes', [1, 0, 0, 1, 1, 2, 3, 4, 0, 80, 1]],
    ['names', [0, 0, 0, 3, 4, 97, 97, 97, 97, 0, 80, 1]],
    ['an unknown kind of address', [0, 0, 0, 7, 1, 2, 3, 4, 0, 80, 1]],
    ['port 0', [0, 0, 0, 1, 1, 2, 3, 4, 0, 0, 1]],
    ['a cut address', [0, 0, 0, 4, 1, 2, 3, 4, 0, 80, 1]],
  ])('are dropped with %s', (_what, bytes) => {
    expect(parseDatagram(Uint8Array.from(bytes))).toBeNull()
  })

  it('of any bytes do not throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), bytes => void parseDatagram(bytes)))
  })
})
