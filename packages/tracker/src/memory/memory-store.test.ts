import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testStore } from '../compliance.ts'
import { Announce, EVENT, FAMILY, type Family, SwarmCounts } from '../store.ts'
import { MemoryStore } from './memory-store.ts'

describe('MemoryStore', () => {
  testStore(({ expirySeconds }) => {
    let nowMs = 0
    return {
      store: new MemoryStore({ expirySeconds, nowMs: () => nowMs }),
      advanceMs: ms => {
        nowMs += ms
      },
    }
  })

  it('refuses peers and swarms beyond its limits, and keeps serving known ones', () => {
    const store = new MemoryStore({ maxPeers: 2, maxSwarms: 2 })
    const announce = new Announce()
    const say = (torrent: number, port: number) => {
      announce.hash[0] = torrent
      announce.port = port
      store.announce(announce)
      return announce.failure
    }
    expect([say(1, 1), say(2, 2), say(2, 3), say(3, 1), say(1, 1)]).toEqual([
      '',
      '',
      expect.stringContaining('full'),
      expect.stringContaining('full'),
      '',
    ])
  })

  it('behaves like a plain list of peers for any sequence of announces', () => {
    const step = fc.record({
      torrent: fc.integer({ min: 0, max: 3 }),
      family: fc.constantFrom<Family>(FAMILY.ipv4, FAMILY.ipv6, FAMILY.web),
      // Many, so that lists gain and lose their index.
      peer: fc.integer({ min: 0, max: 300 }),
      isSeed: fc.boolean(),
      event: fc.constantFrom(EVENT.none, EVENT.started, EVENT.stopped, EVENT.stopped),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 200, maxLength: 1500 }), steps => {
        const store = new MemoryStore()
        const announce = new Announce()
        announce.scope = 0
        announce.wanted = 200
        const model = new Map<string, boolean>()
        for (const { torrent, family, peer, isSeed, event } of steps) {
          announce.hash.set([torrent, 0, 0, 0, 7])
          announce.address.set(family === FAMILY.ipv6 ? [1, 2, peer, 4] : [peer, 0, 0, 0])
          Object.assign(announce, { family, port: family === FAMILY.web ? 0 : 1 + (peer % 3), isSeed, event })
          store.announce(announce)
          const key = `${torrent} ${family} ${peer}`
          if (event === EVENT.stopped) model.delete(key)
          else model.set(key, isSeed)
          const others = [...model].filter(([other, otherSeeds]) => {
            return other.startsWith(`${torrent} ${family} `) && other !== key && !(isSeed && otherSeeds)
          })
          if (event !== EVENT.stopped && others.length <= 190) expect(announce.peerCount).toBe(others.length)
        }
        for (let torrent = 0; torrent < 4; torrent++) {
          const of = [...model].filter(([key]) => key.startsWith(`${torrent} `))
          const counts = new SwarmCounts()
          counts.hash.set([torrent, 0, 0, 0, 7])
          store.scrape(counts)
          const seeds = of.filter(([, isSeed]) => isSeed).length
          expect([counts.seeds, counts.leeches]).toEqual([seeds, of.length - seeds])
        }
      }),
      { numRuns: 30 },
    )
  })
})
