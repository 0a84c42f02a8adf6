import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { mostUsefulFirst, withoutPeer } from './multiaddrs.ts'

const PEER = '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo'
const RELAY = '12D3KooWKhrMkYjLHA2jmdiyjeqGnrhxoZbDQXJ3UyiYeGoudLhw'
const RELAYED = `/ip4/45.67.89.1/tcp/6882/p2p/${RELAY}/p2p-circuit`

it('the PeerId at the end of an address is removed once, and that of a relay stays', () => {
  const without = withoutPeer(multiaddr(`${RELAYED}/p2p/${PEER}`))
  expect(without.toString()).toBe(RELAYED)
  expect(withoutPeer(without).toString()).toBe(RELAYED)
  expect(withoutPeer(multiaddr(`/ip4/45.67.89.1/tcp/6882/p2p/${PEER}`)).toString()).toBe(
    '/ip4/45.67.89.1/tcp/6882',
  )
})

it('what the internet reaches comes before relays, the local network and this machine', () => {
  const sorted = [
    '/ip4/45.67.89.2/tcp/6882',
    '/ip6/2a0b:c0de::1/tcp/6882',
    RELAYED,
    '/ip4/192.168.1.2/tcp/6882',
    `/ip4/192.168.1.3/tcp/6882/p2p/${RELAY}/p2p-circuit`,
    '/ip4/127.0.0.1/tcp/6882',
    '/ip6/::1/tcp/6882',
  ]
  const shuffled = [5, 3, 0, 4, 2, 1, 6].map(i => multiaddr(sorted[i]!))
  expect(mostUsefulFirst(shuffled).map(String)).toEqual(sorted)
})
