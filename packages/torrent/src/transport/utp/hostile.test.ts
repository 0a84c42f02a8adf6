import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../base/random.ts'
import { HALF_OPEN_MS, HalfOpenTable, MAX_HALF_OPEN, MAX_HALF_OPEN_PER_HOST } from './half-open.ts'
import { collect, pattern, UtpLink } from './testing/utp-link.ts'
import { HEADER_BYTES, type PacketFields, PacketType, writeHeader } from './utp-packet.ts'

function packet(fields: Partial<PacketFields>, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length)
  writeHeader(bytes, {
    type: PacketType.state,
    connectionId: 0,
    timestampMicros: 0,
    differenceMicros: 0,
    windowBytes: 1 << 20,
    seqNr: 0,
    ackNr: 0,
    ...fields,
  })
  bytes.set(payload, HEADER_BYTES)
  return bytes
}

/** A side that listens, without a peer. */
async function listening() {
  const link = new UtpLink()
  let accepted = 0
  await link.b.listen({ host: link.host('b'), port: 6881 }, connection => {
    accepted++
    connection.start({ onData() {}, onDrain() {}, onClose() {} })
    connection.write(pattern(5000))
  })
  return { link, accepted: () => accepted }
}

describe('hostile peers', () => {
  test('cannot fill memory with SYNs, or make us send more than they do', async () => {
    const { link, accepted } = await listening()
    for (let i = 0; i < 5000; i++)
      link.injectFrom(
        'b',
        packet({ type: PacketType.syn, connectionId: i }),
        `80.0.${i >> 8}.${i & 255}`,
        1000,
      )
    const bytes = link.sent.reduce((sum, seen) => sum + seen.bytes.length, 0)
    expect(bytes).toBeLessThanOrEqual(5000 * HEADER_BYTES)
    await link.clock.advance(60_000)
    expect(link.sent).toHaveLength(5000)
    expect(accepted()).toBe(0)
  })

  test('of one address get few attempts', async () => {
    const { link } = await listening()
    for (let i = 0; i < 500; i++)
      link.injectFrom('b', packet({ type: PacketType.syn, connectionId: 2 * i }), '80.0.0.1', 1000)
    const answers = link.sent.filter(({ type }) => type === PacketType.state)
    expect(answers).toHaveLength(MAX_HALF_OPEN_PER_HOST)
  })

  test('get no connection unless they have received our answer', async () => {
    const { link, accepted } = await listening()
    const host = '80.0.0.1'
    link.injectFrom('b', packet({ type: PacketType.syn, connectionId: 7, seqNr: 100 }), host, 1000)
    const { seqNr } = link.sent[0]!
    const data = (ackNr: number) =>
      packet({ type: PacketType.data, connectionId: 8, seqNr: 101, ackNr: ackNr & 0xffff }, pattern(10))
    for (const wrong of [seqNr, seqNr + 1, seqNr - 2, seqNr + 30_000])
      link.injectFrom('b', data(wrong), host, 1000)
    await link.clock.advance(100)
    expect(accepted()).toBe(0)
    expect(link.sent).toHaveLength(1)
    link.injectFrom('b', data(seqNr - 1), host, 1000)
    expect(accepted()).toBe(1)
  })

  test('may confirm for a short time only', async () => {
    const { link, accepted } = await listening()
    link.injectFrom('b', packet({ type: PacketType.syn, connectionId: 7, seqNr: 100 }), '80.0.0.1', 1000)
    await link.clock.advance(HALF_OPEN_MS)
    const ackNr = (link.sent[0]!.seqNr - 1) & 0xffff
    link.injectFrom('b', packet({ connectionId: 8, seqNr: 101, ackNr }), '80.0.0.1', 1000)
    expect(accepted()).toBe(0)
  })

  test('get a few short RESETs for packets that belong to nothing, and none for a RESET', async () => {
    const { link } = await listening()
    for (let i = 0; i < 1000; i++) {
      link.injectFrom('b', packet({ connectionId: i, seqNr: 5 }, pattern(100)), '80.0.0.1', 1000)
      link.injectFrom('b', packet({ type: PacketType.reset, connectionId: i }), '80.0.0.1', 1000)
    }
    expect(link.sent.length).toBeLessThanOrEqual(20)
    for (const { type, bytes, ackNr } of link.sent)
      expect([type, bytes.length, ackNr]).toEqual([PacketType.reset, HEADER_BYTES, 5])
  })

  test('cannot end a connection with a RESET that does not name a packet of ours', async () => {
    const link = new UtpLink()
    const [a, b] = await link.connect()
    const [atA, atB] = [collect(a), collect(b)]
    b.write(pattern(5000))
    await link.clock.advance(1000)
    const last = link.sent.filter(({ from }) => from === 'b').at(-1)!
    const reset = (ackNr: number, connectionId: number) =>
      packet({ type: PacketType.reset, connectionId, ackNr: ackNr & 0xffff })
    for (const distance of [-3, 5, 100, 30_000])
      link.inject('b', reset(last.seqNr + distance, last.connectionId))
    link.inject('b', reset(last.seqNr, last.connectionId + 1000))
    link.inject('b', reset(last.seqNr, last.connectionId), 9999)
    await link.clock.advance(100)
    expect(atB.closed).toBe(false)
    link.inject('b', reset(last.seqNr, last.connectionId))
    await link.clock.advance(100)
    expect([atB.closed, atB.error]).toEqual([true, undefined])
    // The other side learns of it from the answer to its next packet.
    a.write(pattern(10))
    await link.clock.advance(1000)
    expect(atA.closed).toBe(true)
  })

  test('gain nothing from ACKs of what was never sent', async () => {
    const honest = await progress(bytes => bytes)
    const optimist = await progress((bytes, ackNr) => {
      bytes[18] = ((ackNr + 500) >> 8) & 0xff
      bytes[19] = (ackNr + 500) & 0xff
      return bytes
    })
    expect(optimist).toBeLessThan(honest / 4)
  })

  /** Bytes that leave `a` in two seconds if the ACKs of `b` are changed. */
  async function progress(change: (bytes: Uint8Array, ackNr: number) => Uint8Array): Promise<number> {
    let isOpen = false
    const link = new UtpLink({
      latencyMs: 50,
      tamper: (bytes, from, { ackNr }) => (isOpen && from === 'b' ? change(bytes, ackNr) : bytes),
    })
    const [a, b] = await link.connect()
    collect(a)
    collect(b)
    isOpen = true
    const before = link.sent.length
    a.write(pattern(2_000_000))
    await link.clock.advance(2000)
    return link.sent
      .slice(before)
      .reduce((sum, { from, bytes }) => sum + (from === 'a' ? bytes.length : 0), 0)
  }

  test('with a window of one byte get few packets', async () => {
    let isOpen = false
    const link = new UtpLink({
      tamper(bytes, from) {
        if (isOpen && from === 'b') bytes.set([0, 0, 0, 1], 12)
        return bytes
      },
    })
    const [a, b] = await link.connect()
    collect(a)
    collect(b)
    isOpen = true
    link.inject('a', link.sent.at(-1)!.bytes)
    a.write(pattern(10))
    await link.clock.advance(100)
    const before = link.sent.length
    a.write(pattern(1_000_000))
    await link.clock.advance(30_000)
    expect(link.sent.slice(before).filter(({ from }) => from === 'a').length).toBeLessThan(100)
  })

  test('cannot break a connection or its memory with any packets of the right IDs', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const random = seededRandom(seed)
      const link = new UtpLink({ seed, jitterMs: 5 })
      const [a, b] = await link.connect()
      const atB = collect(b)
      const atA = collect(a)
      a.write(pattern(100_000))
      for (let round = 0; round < 300 && !atB.closed; round++) {
        const known = link.sent[random.below(link.sent.length)]!
        const bytes = known.bytes.slice(0, HEADER_BYTES + random.below(60))
        for (let i = 0; i < 1 + random.below(3); i++)
          bytes[4 + random.below(bytes.length - 4)] = random.below(256)
        if (random.below(3) === 0) bytes[0] = (random.below(5) << 4) | 1
        if (random.below(3) === 0) bytes[1] = random.below(3)
        link.inject(known.from === 'a' ? 'b' : 'a', bytes)
        await link.clock.advance(random.below(20))
      }
      a.close()
      b.close()
      await link.clock.advance(200_000)
      expect([atA.closed, atB.closed]).toEqual([true, true])
      await link.a.close()
      await link.b.close()
      await link.clock.advance(10_000)
      expect(link.clock.pending).toBe(0)
    }
  })
})

test('the table of half-open connections is bounded, and its oldest entries leave first', () => {
  const table = new HalfOpenTable()
  const entry = (i: number) => ({
    host: `80.0.${i >> 8}.${i & 255}`,
    port: 1,
    receiveId: i,
    sendId: i,
    seqNr: 0,
    ackNr: 0,
    untilMs: i + HALF_OPEN_MS,
  })
  for (let i = 0; i < 2 * MAX_HALF_OPEN; i++) expect(table.add(entry(i), i)).toBe(true)
  expect(table.size).toBe(MAX_HALF_OPEN)
  expect(table.find(0, '80.0.0.0', 1)).toBeUndefined()
  table.expire(2 * MAX_HALF_OPEN + HALF_OPEN_MS)
  expect(table.size).toBe(0)
})
