import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAddress } from '../base/address.ts'
import { testStore } from '../compliance.ts'
import { Announce, type AnnounceEvent, EVENT, FAMILY, type Family, SwarmCounts } from '../store.ts'
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
    const store = new MemoryStore({ maxPeers: 2, maxSwarms: 2, peersPerAddress: 0 })
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

  it('has no swarms of refused peers', () => {
    const store = new MemoryStore({ maxPeers: 2, peersPerAddress: 0 })
    const announce = new Announce()
    for (let torrent = 1; torrent <= 100; torrent++) {
      announce.hash[0] = torrent
      announce.port = torrent
      store.announce(announce)
      expect(announce.failure === '').toBe(torrent <= 2)
    }
    expect(store.stats().swarms).toBe(2)
  })

  it('has at most as many swarms as peers by default, and empty ones make room', () => {
    const store = new MemoryStore({ maxPeers: 3 })
    const announce = new Announce()
    announce.port = 1
    for (let torrent = 1; torrent <= 100; torrent++) {
      announce.hash[0] = torrent
      for (const event of [EVENT.completed, EVENT.stopped] as const)
        store.announce(Object.assign(announce, { event, isSeed: true }))
      expect(announce.failure).toBe('')
    }
    expect(store.stats()).toMatchObject({ swarms: 3, seeds: 0 })
  })

  describe('with a limit per address', () => {
    const open = () => {
      let nowMs = 0
      const store = new MemoryStore({ peersPerAddress: 2, expirySeconds: 60, nowMs: () => nowMs })
      const announce = new Announce()
      return {
        store,
        advanceMs: (ms: number) => {
          nowMs += ms
        },
        say(address: string, torrent: number, event: AnnounceEvent = EVENT.none) {
          announce.family = readAddress(address, announce.address)!
          announce.hash[0] = torrent
          store.announce(Object.assign(announce, { port: 1, event }))
          return announce.failure
        },
      }
    }

    it('refuses further peers of an address, known ones and others not', () => {
      const { store, say } = open()
      expect([say('192.0.2.1', 1), say('192.0.2.1', 2), say('192.0.2.1', 1)]).toEqual(['', '', ''])
      expect(say('192.0.2.1', 3)).toContain('Your address has too many peers')
      expect(store.stats().swarms).toBe(2)
      expect(say('192.0.2.2', 3)).toBe('')
      say('192.0.2.1', 2, EVENT.stopped)
      expect([say('192.0.2.1', 3), say('192.0.2.1', 4) === '']).toEqual(['', false])
    })

    it('counts an IPv6 /64 as one address', () => {
      const { say } = open()
      expect([say('2001:db8::1', 1), say('2001:db8::2', 1), say('2001:db8:0:1::1', 1)]).toEqual(['', '', ''])
      expect(say('2001:db8::3', 1)).toContain('too many peers')
    })

    it('does not limit this machine', () => {
      const { say } = open()
      for (let torrent = 0; torrent < 10; torrent++)
        expect([say('127.0.0.1', torrent), say('::1', torrent)]).toEqual(['', ''])
    })

    it('no longer counts expired peers', () => {
      const { store, say, advanceMs } = open()
      say('192.0.2.1', 1)
      say('192.0.2.1', 2)
      advanceMs(100_000)
      for (let sweeps = 0; sweeps < 60; sweeps++) store.sweep()
      expect([say('192.0.2.1', 3), say('192.0.2.1', 4)]).toEqual(['', ''])
    })
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
