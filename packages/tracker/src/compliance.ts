/** The compliance suite of every SwarmStore: call `testStore(open)` in its test. */
import { expect, it } from 'vitest'
import { Announce, EVENT, FAMILY, PEER_BYTES, SwarmCounts, type SwarmStore } from './store.ts'

export interface StoreUnderTest {
  readonly store: SwarmStore
  advanceMs(ms: number): void
}

/** `open` creates an empty store whose peers expire after `expirySeconds`. */
export function testStore(open: (options: { expirySeconds: number }) => StoreUnderTest): void {
  const EXPIRY = 600
  const hashOf = (number: number) => [number, 2, 3, 4, 5]

  async function announceTo(
    store: SwarmStore,
    peer: Partial<Announce> & { at?: number; torrent?: number },
  ): Promise<Announce> {
    const announce = new Announce()
    announce.hash.set(hashOf(peer.torrent ?? 1))
    announce.family = peer.family ?? FAMILY.ipv4
    announce.address.set(
      announce.family === FAMILY.ipv6 ? [0x20010db8, 0, 0, peer.at ?? 1] : [0x05000000 + (peer.at ?? 1)],
    )
    announce.port = peer.port ?? 6881
    announce.isSeed = peer.isSeed ?? false
    announce.event = peer.event ?? EVENT.none
    announce.wanted = peer.wanted ?? 50
    announce.scope = peer.scope ?? 2
    await store.announce(announce)
    return announce
  }

  function peersIn(announce: Announce): string[] {
    const bytes = PEER_BYTES[announce.family]
    return Array.from({ length: announce.peerCount }, (_, at) =>
      Buffer.from(announce.peers.slice(at * bytes, (at + 1) * bytes)).toString('hex'),
    ).sort()
  }

  async function scrape(store: SwarmStore, torrent = 1): Promise<SwarmCounts> {
    const counts = new SwarmCounts()
    counts.hash.set(hashOf(torrent))
    await store.scrape(counts)
    return counts
  }

  it('returns other peers, never the caller itself', async () => {
    const { store } = open({ expirySeconds: EXPIRY })
    expect(peersIn(await announceTo(store, { at: 1 }))).toEqual([])
    expect(peersIn(await announceTo(store, { at: 2, port: 7000 }))).toEqual(['050000011ae1'])
    expect(peersIn(await announceTo(store, { at: 1 }))).toEqual(['050000021b58'])
    await store.close()
  })

  it('does not return seeds to seeds', async () => {
    const { store } = open({ expirySeconds: EXPIRY })
    await announceTo(store, { at: 1, isSeed: true })
    await announceTo(store, { at: 2 })
    expect(peersIn(await announceTo(store, { at: 3, isSeed: true }))).toEqual(['050000021ae1'])
    expect(peersIn(await announceTo(store, { at: 4 }))).toHaveLength(3)
    await store.close()
  })

  it('separates address families but counts them together', async () => {
    const { store } = open({ expirySeconds: EXPIRY })
    await announceTo(store, { at: 1, isSeed: true })
    await announceTo(store, { at: 2, family: FAMILY.ipv6 })
    await announceTo(store, { at: 9, family: FAMILY.web })
    expect(peersIn(await announceTo(store, { at: 3, family: FAMILY.ipv6 }))).toEqual([
      '20010db80000000000000000000000021ae1',
    ])
    const web = await announceTo(store, { at: 8, family: FAMILY.web })
    expect(peersIn(web)).toEqual(['050000091ae1'])
    expect(web).toMatchObject({ seeds: 1, leeches: 4 })
    expect((await store.stats()).peersByFamily).toEqual([1, 2, 2])
    await store.close()
  })

  it('counts each completed download once, and removes peers that stop', async () => {
    const { store } = open({ expirySeconds: EXPIRY })
    await announceTo(store, { at: 1, event: EVENT.started })
    await announceTo(store, { at: 1, event: EVENT.completed, isSeed: true })
    await announceTo(store, { at: 1, event: EVENT.completed, isSeed: true })
    await announceTo(store, { at: 2, event: EVENT.completed })
    expect(await scrape(store)).toMatchObject({ found: true, seeds: 1, leeches: 1, downloads: 1 })
    expect(peersIn(await announceTo(store, { at: 1, event: EVENT.stopped, isSeed: true }))).toEqual([])
    await announceTo(store, { at: 2, event: EVENT.stopped })
    await announceTo(store, { at: 3, event: EVENT.stopped })
    expect(await scrape(store)).toMatchObject({ seeds: 0, leeches: 0, downloads: 1 })
    expect(await scrape(store, 7)).toMatchObject({ found: false, seeds: 0 })
    await store.close()
  })

  it('treats a seed that lost data as a leech', async () => {
    const { store } = open({ expirySeconds: EXPIRY })
    for (let at = 1; at <= 5; at++) await announceTo(store, { at, isSeed: at % 2 === 1 })
    await announceTo(store, { at: 1 })
    expect(await scrape(store)).toMatchObject({ seeds: 2, leeches: 3 })
    expect(peersIn(await announceTo(store, { at: 3, isSeed: true }))).toHaveLength(3)
    await store.close()
  })

  it('returns as many peers as wanted, different ones to different callers, the same ones if asked again at once', async () => {
    const { store } = open({ expirySeconds: EXPIRY })
    for (let at = 1; at <= 1000; at++) await announceTo(store, { at, isSeed: at % 3 === 0, wanted: 0 })
    const answers = []
    // All callers are leeches: a seed that announced as a leech would move in the lists and change
    // the responses to others.
    for (let at = 1; at <= 58; at += 3) answers.push(peersIn(await announceTo(store, { at, wanted: 40 })))
    for (const answer of answers) {
      expect(answer.length).toBeGreaterThanOrEqual(39)
      expect(answer.length).toBeLessThanOrEqual(40)
      expect(new Set(answer).size).toBe(answer.length)
    }
    expect(new Set(answers.flat()).size).toBeGreaterThan(300)
    expect(peersIn(await announceTo(store, { at: 7, wanted: 40 }))).toEqual(answers[2])
    await store.close()
  })

  it('does not return addresses of this machine or its network to strangers', async () => {
    const { store } = open({ expirySeconds: EXPIRY })
    const near = [0x7f000001, 0x0a000001, 0xc0a80101, 0xac1f0001, 0xa9fe0001, 0x64400001]
    for (const address of [...near, 0x08080808])
      await announceTo(store, { at: address - 0x05000000, scope: 0 })
    expect(peersIn(await announceTo(store, { at: 1, scope: 2 }))).toEqual(['080808081ae1'])
    expect(peersIn(await announceTo(store, { at: 1, scope: 1 }))).toHaveLength(6)
    expect(peersIn(await announceTo(store, { at: 1, scope: 0 }))).toHaveLength(7)
    await store.close()
  })

  it('removes expired peers, and then the swarm', async () => {
    const { store, advanceMs } = open({ expirySeconds: EXPIRY })
    for (let at = 1; at <= 100; at++) await announceTo(store, { at })
    advanceMs((EXPIRY * 1000) / 2)
    for (let at = 1; at <= 30; at++) await announceTo(store, { at })
    advanceMs((EXPIRY * 1000) / 2 + 10_000)
    for (let round = 0; round < 60; round++) await store.sweep()
    expect(await scrape(store)).toMatchObject({ leeches: 30 })
    advanceMs(EXPIRY * 1000)
    for (let round = 0; round < 60; round++) await store.sweep()
    expect(await store.stats()).toMatchObject({ swarms: 0, leeches: 0 })
    expect(await scrape(store)).toMatchObject({ found: false })
    await store.close()
  })
}
