import { randomBytes } from 'node:crypto'
import { Socket } from 'node:dgram'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { UdpClient, udpAnnounce } from '../testing/udp-client.ts'
import { Tracker, type TrackerOptions } from '../tracker.ts'
import { UdpFront } from './udp-front.ts'

async function open(options: TrackerOptions = {}, host = '127.0.0.1') {
  const tracker = new Tracker(options)
  const front = await UdpFront.open(tracker, { host, port: 0 })
  const client = await UdpClient.open(host, front.port)
  return {
    tracker,
    front,
    client,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]()
      await front.close()
      await tracker.close()
    },
  }
}

describe('UDP (BEP 15)', () => {
  it.each(['127.0.0.1', '::1'])('returns peers at %s, counts them, and removes them', async host => {
    await using opened = await open({}, host)
    const { client } = opened
    const id = await client.connect()
    const hash = randomBytes(20)
    const first = await client.ask(udpAnnounce({ id, hash, port: 1001, left: 0 }))
    expect(first.subarray(0, 8).toString('hex')).toBe('0000000100000009')
    expect(first.readInt32BE(8)).toBeGreaterThanOrEqual(1800)
    expect([first.readInt32BE(12), first.readInt32BE(16), first.length]).toEqual([0, 1, 20])
    const second = await client.ask(udpAnnounce({ id, hash, port: 1002 }))
    const address = host === '::1' ? '00000000000000000000000000000001' : '7f000001'
    expect(second.subarray(20).toString('hex')).toBe(`${address}03e9`)
    const scrape = Buffer.concat([id, Buffer.from('0000000200000009', 'hex'), hash, randomBytes(20)])
    const counts = await client.ask(scrape)
    expect(counts.toString('hex')).toBe(`0000000200000009${'000000010000000000000001'}${'00'.repeat(12)}`)
    await client.ask(udpAnnounce({ id, hash, port: 1001, event: 3 }))
    expect((await client.ask(scrape)).readInt32BE(8)).toBe(0)
  })

  it('ignores connection IDs that it did not issue to this address', async () => {
    await using opened = await open()
    const { client, tracker } = opened
    const id = await client.connect()
    const hash = randomBytes(20)
    const wrong = Buffer.from(id)
    wrong[3]! ^= 1
    client.tell(udpAnnounce({ id: wrong, hash, port: 1 }))
    client.tell(udpAnnounce({ id: Buffer.alloc(8), hash, port: 1 }))
    const other = await UdpClient.open('127.0.0.2', opened.front.port)
    other.tell(udpAnnounce({ id, hash, port: 1 }))
    await other[Symbol.asyncDispose]()
    await client.ask(udpAnnounce({ id, hash, port: 2 }))
    expect(await tracker.stats()).toMatchObject({ leeches: 1 })
  })

  it('accepts a connection ID for one to two minutes', async () => {
    let nowMs = 59_000
    await using opened = await open({ nowMs: () => nowMs })
    const { client } = opened
    const id = await client.connect()
    nowMs += 60_000
    await client.ask(udpAnnounce({ id, hash: randomBytes(20), port: 1 }))
    nowMs += 61_000
    client.tell(udpAnnounce({ id, hash: randomBytes(20), port: 1 }))
    await client.connect()
    expect(opened.tracker.counters.udp.announces).toBe(1)
  })

  it('lets only this machine announce other addresses', async () => {
    await using opened = await open()
    const { client } = opened
    const id = await client.connect()
    const hash = randomBytes(20)
    await client.ask(udpAnnounce({ id, hash, port: 5, address: 0x08080808 }))
    const answer = await client.ask(udpAnnounce({ id, hash, port: 6 }))
    expect(answer.subarray(20).toString('hex')).toBe('080808080005')
  })

  it('is private with passkeys, which it reads from the URL option (BEP 41)', async () => {
    await using opened = await open({ passkeys: ['abcdefgh1'] })
    const { client } = opened
    const id = await client.connect()
    const hash = randomBytes(20)
    for (const urlData of [undefined, '/announce', '/wrongkey1/announce']) {
      const given = urlData === undefined ? {} : { urlData }
      const answer = await client.ask(udpAnnounce({ id, hash, port: 5, ...given }))
      expect(answer.readInt32BE(0)).toBe(3)
      expect(answer.toString('utf8', 8)).toContain('private')
    }
    const answer = await client.ask(udpAnnounce({ id, hash, port: 5, urlData: '/abcdefgh1/announce?x=1' }))
    expect(answer.readInt32BE(0)).toBe(1)
  })

  it('slows down guesses of passkeys', async () => {
    await using opened = await open({ passkeys: ['abcdefgh1'], isMachineTrusted: false })
    const { client } = opened
    const id = await client.connect()
    const say = async (key: string) => {
      const packet = udpAnnounce({ id, hash: randomBytes(20), port: 5, urlData: `/${key}/announce` })
      return (await client.ask(packet)).toString('utf8', 8)
    }
    for (let guess = 0; guess < 10; guess++) expect(await say(`wrong${1000 + guess}`)).toContain('private')
    for (const key of ['wrongkey1', 'abcdefgh1']) expect(await say(key)).toContain('Too many wrong passkeys')
    expect(opened.tracker.counters.udp).toMatchObject({ announces: 0, refused: 12 })
  })

  it('serves only the allowed torrents', async () => {
    const hash = randomBytes(32)
    await using opened = await open({ allowedHashes: [hash.toString('hex')] })
    const { client } = opened
    const id = await client.connect()
    expect((await client.ask(udpAnnounce({ id, hash, port: 5 }))).readInt32BE(0)).toBe(1)
    const refused = await client.ask(udpAnnounce({ id, hash: randomBytes(20), port: 5 }))
    expect(refused.toString('utf8', 8)).toContain('does not serve')
  })

  it('does not answer banned addresses', async () => {
    await using opened = await open({ bannedAddresses: ['127.0.0.2'] })
    const banned = await UdpClient.open('127.0.0.2', opened.front.port)
    await expect(banned.connect()).rejects.toThrow()
    await banned[Symbol.asyncDispose]()
    await opened.client.connect()
  })

  it('drops scrape responses while too many are waiting to be sent', async () => {
    await using opened = await open()
    const { client } = opened
    const id = await client.connect()
    const transactions: number[] = []
    client.socket.on('message', answer => transactions.push(answer.readInt32BE(4)))
    const scrape = Buffer.concat([id, Buffer.from('0000000200000007', 'hex'), randomBytes(20)])
    const queue = vi.spyOn(Socket.prototype, 'getSendQueueCount').mockReturnValue(1000)
    try {
      client.tell(scrape)
      await vi.waitFor(() => expect(opened.tracker.counters.udp.scrapes).toBe(1))
    } finally {
      queue.mockRestore()
    }
    scrape[15] = 8
    await client.ask(scrape)
    expect(transactions).toEqual([8])
  })

  it('survives arbitrary packets, and keeps serving', async () => {
    await using opened = await open()
    const { client } = opened
    const id = await client.connect()
    const head = fc.constantFrom('0000041727101980', Buffer.from(id).toString('hex'), '00'.repeat(8))
    const action = fc.constantFrom('00000000', '00000001', '00000002', '00000003', 'ffffffff')
    const packets = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(head, action, fc.uint8Array({ maxLength: 1400 }))
        .map(([start, kind, rest]) => Buffer.concat([Buffer.from(start + kind, 'hex'), rest])),
    )
    fc.assert(
      fc.property(packets, packet => client.tell(packet)),
      { numRuns: 1000 },
    )
    await vi.waitFor(async () => {
      const late = await client.ask(udpAnnounce({ id, hash: randomBytes(20), port: 6 }))
      expect(late.subarray(0, 8).toString('hex')).toBe('0000000100000009')
    })
  })
})
