import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../memory/memory-store.ts'
import { Announce, FAMILY, type Family, type PeerChange, SwarmCounts } from '../store.ts'
import { ChangeWriter, readChanges } from './changes.ts'

const HEAD = 3
const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const peer = fc.record({
  hash: fc.tuple(word, word, word, word, word),
  address: fc.tuple(word, word, word, word),
  family: fc.constantFrom<Family>(FAMILY.ipv4, FAMILY.ipv6, FAMILY.web),
  port: fc.integer({ min: 1, max: 65_535 }),
  isSeed: fc.boolean(),
  isGone: fc.boolean(),
  isCompleted: fc.boolean(),
})

/** Returns the changes in a frame, up to an invalid one. */
function read(bytes: Uint8Array): { changes: object[]; downloads: [string, number][]; isValid: boolean } {
  const changes: object[] = []
  const downloads: [string, number][] = []
  const isValid = readChanges(bytes, HEAD, {
    apply: ({ hash, address, family, ...rest }: PeerChange) =>
      void changes.push({
        ...rest,
        family,
        hash: [...hash],
        address: [...address.subarray(0, family === FAMILY.ipv6 ? 4 : 1)],
      }),
    applyDownloads: (hash, count) => void downloads.push([hash.join(), count]),
  })
  return { changes, downloads, isValid }
}

describe('changes', () => {
  it('survive a round trip', () => {
    fc.assert(
      fc.property(fc.array(peer, { minLength: 1, maxLength: 40 }), peers => {
        const writer = new ChangeWriter(4096, HEAD)
        const announce = new Announce()
        for (const { hash, address, isGone, isCompleted, ...rest } of peers) {
          expect(writer.isFull).toBe(false)
          announce.hash.set(hash)
          announce.address.set(address)
          writer.announce(Object.assign(announce, rest), isGone, isCompleted)
        }
        const { changes, isValid } = read(writer.take())
        expect(isValid).toBe(true)
        expect(changes).toEqual(
          peers.map(({ address, ...rest }) => ({
            ...rest,
            address: address.slice(0, rest.family === FAMILY.ipv6 ? 4 : 1),
            ageSeconds: 0,
          })),
        )
        expect(writer.isEmpty).toBe(true)
      }),
    )
  })

  it('name a swarm once for the changes that follow each other', () => {
    const writer = new ChangeWriter(4096, HEAD)
    const announce = Object.assign(new Announce(), { port: 1 })
    for (const torrent of [1, 1, 1, 2]) {
      announce.hash[0] = torrent
      writer.announce(announce, false, false)
    }
    expect(writer.take()).toHaveLength(HEAD + 2 * 21 + 4 * 7)
  })

  it('are read up to an invalid one, whatever arrives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        read(bytes)
      }),
      { numRuns: 2000 },
    )
    const swarm = [0, ...new Array<number>(20).fill(7)]
    const ipv4 = [2, 1, 2, 3, 4, 0, 80]
    expect(read(Uint8Array.from([0, 0, 0, ...swarm, ...ipv4, 9]))).toMatchObject({ isValid: false })
    expect(read(Uint8Array.from([0, 0, 0, ...swarm, ...ipv4, 9])).changes).toHaveLength(1)
    for (const bad of [
      ipv4,
      [...swarm, ...ipv4.slice(1)],
      [...swarm, ...ipv4.slice(0, 6)],
      [...swarm, 2, 1, 2, 3, 4, 0, 0],
    ])
      expect(read(Uint8Array.from([0, 0, 0, ...bad]))).toMatchObject({ isValid: false, changes: [] })
  })

  it('may carry more about a peer, which this version skips', () => {
    const bytes = [
      0,
      0,
      0,
      0,
      ...new Array<number>(20).fill(7),
      2,
      1,
      2,
      3,
      4,
      0,
      80,
      5,
      3,
      1,
      2,
      3,
      4,
      0,
      0,
      0,
      9,
      0,
      81,
    ]
    const { changes, isValid } = read(Uint8Array.from(bytes))
    expect(isValid).toBe(true)
    expect(changes).toEqual([expect.objectContaining({ port: 80 }), expect.objectContaining({ port: 81 })])
  })

  it('bring all swarms, peers, ages and downloads from one store to another, part by part', () => {
    let nowMs = 0
    const open = () => new MemoryStore({ expirySeconds: 600, nowMs: () => nowMs })
    const [from, to] = [open(), open()]
    const announce = new Announce()
    const say = (torrent: number, port: number, more: Partial<Announce> = {}) => {
      announce.hash[0] = torrent
      from.announce(Object.assign(announce, { family: 0, port, event: 0, isSeed: false, ...more }))
    }
    for (let torrent = 1; torrent <= 50; torrent++)
      for (let port = 1; port <= torrent * 4; port++)
        say(torrent, port, { family: (port % 3) as Family, isSeed: port % 5 === 0 })
    say(1, 1, { event: 2, family: 1 })
    say(1, 1, { event: 1, family: 1, isSeed: true })
    nowMs = 300_000
    say(2, 1)
    const more = from.reader(86_400)
    for (let parts = 0; ; parts++) {
      const writer = new ChangeWriter(2000, HEAD)
      const isMore = more(writer)
      if (!writer.isEmpty)
        expect(
          readChanges(writer.take(), HEAD, {
            apply: change => expect(to.apply(change)).toBe(true),
            applyDownloads: (hash, count) => to.applyDownloads(hash, count),
          }),
        ).toBe(true)
      if (isMore) continue
      expect(parts).toBeGreaterThan(10)
      break
    }
    const { reservedBytes: _, ...stats } = from.stats()
    expect(to.stats()).toMatchObject(stats)
    const counts = new SwarmCounts()
    counts.hash[0] = 1
    to.scrape(counts)
    expect(counts).toMatchObject({ found: true, downloads: 1 })
    // Peers expire at the same time in both.
    nowMs = 604_000
    for (let sweep = 0; sweep < 120; sweep++) for (const store of [from, to]) store.sweep()
    expect(from.stats().leeches).toBe(1)
    expect(to.stats().leeches).toBe(1)
    // Only peers that were heard of recently.
    const recent = new ChangeWriter(2000, HEAD)
    expect(from.reader(400)(recent)).toBe(false)
    expect(read(recent.take()).changes).toEqual([expect.objectContaining({ port: 1, ageSeconds: 304 })])
  })
})
