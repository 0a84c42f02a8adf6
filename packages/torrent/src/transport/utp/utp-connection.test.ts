import { describe, expect, test } from 'vitest'
import { collect, type LinkOptions, pattern, UtpLink } from './testing/utp-link.ts'
import { PacketType } from './utp-packet.ts'

/** Transfers bytes from `a` to `b`, and closes. Returns the received bytes and the duration. */
async function transfer(link: UtpLink, length = 400_000, limitMs = 600_000) {
  const [a, b] = await link.connect()
  const atB = collect(b)
  const atA = collect(a)
  const content = pattern(length)
  const startedMs = link.clock.nowMs()
  a.write(content)
  a.close(true)
  // Its time limit is for the queue as well; these transfers may take longer.
  await link.clock.until(() => atB.closed && atA.closed, limitMs)
  return { atA, atB, content, tookMs: link.clock.nowMs() - startedMs }
}

async function carries(options: LinkOptions, length = 400_000): Promise<UtpLink> {
  const link = new UtpLink(options)
  const [a, b] = await link.connect()
  const [atA, atB] = [collect(a), collect(b)]
  const content = pattern(length)
  a.write(content)
  b.write(content)
  const isDone = await link.clock.until(() => atA.length === length && atB.length === length, 600_000)
  expect(isDone, `${atA.length} and ${atB.length} of ${length}`).toBe(true)
  a.close(true)
  await link.clock.until(() => atA.closed && atB.closed, 10_000)
  expect([atA.error, atB.error]).toEqual([undefined, undefined])
  expect(Buffer.compare(atA.bytes, content)).toBe(0)
  expect(Buffer.compare(atB.bytes, content)).toBe(0)
  return link
}

const data = (link: UtpLink) => link.sent.filter(({ type }) => type === PacketType.data)

describe('uTP connections', () => {
  test('carry bytes both ways', async () => {
    const link = await carries({})
    await link.a.close()
    await link.b.close()
    await link.clock.advance(10_000)
    expect(link.openSockets).toBe(0)
    expect(link.clock.pending).toBe(0)
  })

  test('repair loss, duplicates and reordering', async () => {
    for (let seed = 1; seed <= 8; seed++)
      await carries({ seed, loss: 0.05, duplicates: 0.1, jitterMs: 30 }, 150_000)
    await carries({ seed: 9, loss: 0.3, jitterMs: 10 }, 60_000)
    await carries({ seed: 10, duplicates: 1, jitterMs: 100 }, 100_000)
  })

  test('survive sequence numbers and connection IDs that wrap', async () => {
    for (const firstNr of [65_535, 65_534, 65_500, 32_767, 0]) {
      const link = await carries({ firstNr, seed: firstNr, loss: 0.05, jitterMs: 20 }, 150_000)
      expect(data(link)[0]!.seqNr).toBe((firstNr + 1) & 0xffff)
    }
  })

  test('survive clocks that wrap, jump and drift', async () => {
    const wrapMs = 2 ** 32 / 1000
    // The clock of each side wraps 300 ms after the start, or a little apart.
    await carries({ clockOf: (_, now) => now + wrapMs - 300, bytesPerSecond: 500_000 })
    await carries({
      clockOf: (side, now) => now + wrapMs - (side === 'a' ? 300 : 500),
      bytesPerSecond: 500_000,
    })
  })

  test('give the first packet with data the number of the answer to the SYN', async () => {
    const link = new UtpLink()
    const [a, b] = await link.connect()
    collect(a)
    collect(b)
    b.write(pattern(10))
    a.write(pattern(10))
    await link.clock.advance(1000)
    const [syn, answer] = link.sent
    expect([syn!.type, answer!.type]).toEqual([PacketType.syn, PacketType.state])
    expect(answer).toMatchObject({ ackNr: syn!.seqNr, connectionId: syn!.connectionId })
    const first = data(link).find(({ from }) => from === 'b')!
    expect(first.seqNr).toBe(answer!.seqNr)
    const confirmation = link.sent.slice(2).find(({ from }) => from === 'a')!
    expect(confirmation.ackNr).toBe((answer!.seqNr - 1) & 0xffff)
    expect(confirmation.connectionId).toBe((syn!.connectionId + 1) & 0xffff)
  })

  test('find the largest datagram that the path carries, and survive those that vanish', async () => {
    const sizes = async (options: LinkOptions) => {
      const link = await carries(options)
      return Math.max(
        ...data(link)
          .slice(-50)
          .map(({ bytes }) => bytes.length),
      )
    }
    expect(await sizes({})).toBe(1472)
    expect(await sizes({ family: 6 })).toBe(1452)
    const narrow = await sizes({ mtuBytes: 1280 - 28 })
    expect(narrow).toBeGreaterThan(1280 - 28 - 16)
    expect(narrow).toBeLessThanOrEqual(1280 - 28)
    const least = await sizes({ family: 6, mtuBytes: 1280 - 48 })
    expect(least).toBeLessThanOrEqual(1280 - 48)
    // The loss of a probe does not count as congestion.
    const { tookMs } = await transfer(new UtpLink({ mtuBytes: 1280 - 28, latencyMs: 20 }))
    const { tookMs: atBest } = await transfer(new UtpLink({ latencyMs: 20 }))
    expect(tookMs).toBeLessThan(1.5 * atBest)
  })

  test('send shorter packets when the path begins to drop long ones, as after ICMP messages were lost', async () => {
    for (const { family, mtuBytes } of [
      { family: 4, mtuBytes: 1280 - 28 },
      { family: 4, mtuBytes: 1000 },
      { family: 6, mtuBytes: 1280 - 48 },
    ] as const) {
      const link = new UtpLink({ family, bytesPerSecond: 500_000 })
      const [a, b] = await link.connect()
      const [atA, atB] = [collect(a), collect(b)]
      const content = pattern(1_000_000)
      a.write(content)
      await link.clock.until(() => atB.length > 300_000, 60_000)
      const firstNr = link.sent.length
      link.options = { ...link.options, mtuBytes }
      expect(await link.clock.until(() => atB.length === content.length, 60_000)).toBe(true)
      a.close(true)
      await link.clock.until(() => atA.closed && atB.closed, 10_000)
      expect([atA.error, atB.error]).toEqual([undefined, undefined])
      expect(Buffer.compare(atB.bytes, content)).toBe(0)
      // Few were wasted: those in flight, and those repeated before the path was known.
      const tooLong = link.sent.slice(firstNr).filter(({ bytes }) => bytes.length > mtuBytes)
      expect(tooLong.length).toBeLessThan(150)
    }
  })

  test('cut nothing anew of which the peer has a part', async () => {
    // ACKs are lost for a while, and packets are long: the peer has them, and confirms that when
    // probed.
    for (let seed = 1; seed <= 10; seed++) {
      let isDeaf = false
      const link = new UtpLink({
        seed,
        bytesPerSecond: 500_000,
        tamper: (bytes, from) => (isDeaf && from === 'b' ? null : bytes),
      })
      const [a, b] = await link.connect()
      const [atA, atB] = [collect(a), collect(b)]
      const content = pattern(300_000)
      a.write(content)
      await link.clock.until(() => atB.length > 20_000 * seed, 60_000)
      isDeaf = true
      await link.clock.advance(3000 + 400 * seed)
      isDeaf = false
      await link.clock.until(() => atB.length === content.length, 120_000)
      a.close(true)
      await link.clock.until(() => atA.closed && atB.closed, 60_000)
      expect([atA.error, atB.error]).toEqual([undefined, undefined])
      expect(Buffer.compare(atB.bytes, content)).toBe(0)
    }
  })

  test('take no ACK that was long on its way for the answer to what the peer has', async () => {
    let isDeaf = false
    let last = new Uint8Array()
    const link = new UtpLink({
      bytesPerSecond: 500_000,
      tamper(bytes, from) {
        if (from === 'a') return bytes
        if (!isDeaf) last = bytes.slice()
        return isDeaf ? null : bytes
      },
    })
    const [a, b] = await link.connect()
    const [atA, atB] = [collect(a), collect(b)]
    const content = pattern(300_000)
    a.write(content)
    await link.clock.until(() => atB.length > 100_000, 60_000)
    isDeaf = true
    // Two timeouts, and the probe. Then a copy of the last ACK arrives; the peer has received more
    // since.
    await link.clock.advance(4000)
    link.deliver('a', last)
    isDeaf = false
    await link.clock.until(() => atB.length === content.length, 120_000)
    a.close(true)
    await link.clock.until(() => atA.closed && atB.closed, 60_000)
    expect([atA.error, atB.error]).toEqual([undefined, undefined])
    expect(Buffer.compare(atB.bytes, content)).toBe(0)
  })

  test('acknowledge a burst once', async () => {
    const link = new UtpLink()
    const { atB } = await transfer(link, 1_000_000)
    expect(atB.length).toBe(1_000_000)
    const acks = link.sent.filter(({ type, from }) => type === PacketType.state && from === 'b')
    expect(acks.length).toBeLessThan(data(link).length / 8)
  })

  test('put all writes of a turn into full packets', async () => {
    const link = new UtpLink()
    const [a, b] = await link.connect()
    const atB = collect(b)
    collect(a)
    for (let i = 0; i < 100; i++) a.write(pattern(20))
    await link.clock.until(() => atB.length === 2000, 10_000)
    expect(data(link)).toHaveLength(2)
  })

  test('stop while the peer does not read, and go on when the word that it reads again was lost', async () => {
    const link = new UtpLink()
    const [a, b] = await link.connect()
    const atB = collect(b)
    collect(a)
    b.pause()
    const length = 6_000_000
    a.write(pattern(length))
    await link.clock.advance(60_000)
    expect(atB.length).toBe(0)
    expect(a.bufferedBytes).toBeGreaterThan(length / 2)
    link.options = { loss: 1 }
    b.resume()
    await link.clock.advance(1000)
    link.options = {}
    expect(await link.clock.until(() => atB.length === length, 60_000)).toBe(true)
  })

  test('keep the mappings of routers alive, and give up on a peer that is silent', async () => {
    const link = new UtpLink()
    const [a, b] = await link.connect()
    const [atA, atB] = [collect(a), collect(b)]
    await link.clock.advance(150_000)
    const times = link.sent.filter(({ from }) => from === 'a').map(({ atMs }) => atMs)
    for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBeLessThan(30_000)
    expect([atA.closed, atB.closed]).toEqual([false, false])
    link.options = { loss: 1 }
    await link.clock.advance(181_000)
    expect([atA.error, atB.error]).toMatchObject([{ code: 'timeout' }, { code: 'timeout' }])
    expect(link.clock.pending).toBe(0)
  })

  test('send again with doubled timeouts, and end when nothing is acknowledged', async () => {
    const link = new UtpLink()
    const [a, b] = await link.connect()
    const atA = collect(a)
    collect(b)
    link.options = { loss: 1 }
    const before = link.sent.length
    a.write(pattern(100))
    await link.clock.advance(120_000)
    const times = link.sent
      .slice(before)
      .filter(({ type }) => type === PacketType.data)
      .map(({ atMs }) => atMs)
    const gaps = times.slice(1).map((time, i) => time - times[i]!)
    expect(gaps.length).toBeGreaterThan(4)
    for (let i = 1; i < gaps.length; i++) expect(gaps[i]).toBeCloseTo(Math.min(30_000, 2 * gaps[i - 1]!), -1)
    expect(times.length).toBeGreaterThan(4)
    expect(atA.error).toMatchObject({ code: 'timeout' })
  })

  test('close both ways with a FIN, which is repeated while it is lost, for a bounded time', async () => {
    const link = new UtpLink()
    const [a, b] = await link.connect()
    const [atA, atB] = [collect(a), collect(b)]
    a.close()
    await link.clock.advance(100)
    expect([atA.closed, atB.closed]).toEqual([true, true])
    const fins = () => link.sent.filter(({ type }) => type === PacketType.fin)
    expect(
      fins()
        .map(({ from }) => from)
        .sort(),
    ).toEqual(['a', 'b'])
    const deaf = new UtpLink()
    const [e, f] = await deaf.connect()
    const atF = collect(f)
    collect(e)
    deaf.options = { loss: 1 }
    e.close()
    await deaf.clock.advance(10_000)
    expect(deaf.sent.filter(({ type }) => type === PacketType.fin).length).toBeGreaterThan(1)
    expect(atF.closed).toBe(false)
  })

  test('repair a single loss within about two round trips', async () => {
    let dropped = 0
    const link = new UtpLink({
      latencyMs: 50,
      tamper(bytes, from, packet) {
        if (from === 'a' && packet.type === PacketType.data && ++dropped === 30) return null
        return bytes
      },
    })
    const { tookMs, atB } = await transfer(link, 200_000)
    expect(atB.length).toBe(200_000)
    expect(tookMs).toBeLessThan(1200)
    expect(data(link).length - new Set(data(link).map(({ seqNr }) => seqNr)).size).toBe(1)
  })
})
