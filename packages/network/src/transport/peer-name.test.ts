import { multiaddr } from '@multiformats/multiaddr'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { linkedAddress, parsePeerName } from './peer-name.ts'

const PEER = '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo'
const ADDRESS = multiaddr(
  `/ip4/203.0.113.7/udp/6882/webrtc-direct/certhash/uEiAwEJjyyYgmEv4n9q9sNpGCcXeIkQkYqYlHQZfxqUUWYg/p2p/${PEER}`,
)

it('a name is a PeerId, a multiaddr, or what a link contains', () => {
  expect(parsePeerName(PEER).toString()).toBe(PEER)
  expect(parsePeerName(ADDRESS.toString()).toString()).toBe(ADDRESS.toString())
  const linked = linkedAddress(ADDRESS)
  expect(linked).toMatch(/^\/[\w-]{100,140}$/)
  expect(parsePeerName(linked).toString()).toBe(ADDRESS.toString())
})

it('an address without a PeerId is refused, and so is any other text', () => {
  for (const name of ['', '/', '/ip4/203.0.113.7/tcp/1', linkedAddress(multiaddr('/ip4/203.0.113.7/tcp/1'))])
    expect(() => parsePeerName(name)).toThrow(expect.objectContaining({ code: 'unreachable' }))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.base64String().map(text => `/${text}`),
      ),
      text => {
        expect(() => parsePeerName(text)).toThrow(expect.objectContaining({ code: 'unreachable' }))
      },
    ),
  )
})
