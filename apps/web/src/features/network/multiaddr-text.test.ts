import { expect, test } from 'vitest'
import { addressParts, shortId } from './multiaddr-text.ts'

const ID = '12D3KooWHk2p3kq7JmPzSjXnQ4bT8yVvR6gFcD9aLw1eUoNiMtKs'

test.each([
  [`/ip4/203.0.113.7/tcp/6882/p2p/${ID}`, '203.0.113.7:6882', 'TCP', null],
  [`/ip6/2001:db8::7/tcp/6883/ws/p2p/${ID}`, '[2001:db8::7]:6883', 'WebSocket', null],
  ['/dns4/node.example/udp/6882/webrtc-direct/certhash/uEiD', 'node.example:6882', 'WebRTC', null],
  [`/ip4/203.0.113.7/tcp/6882/p2p/${ID}/p2p-circuit/webrtc`, '203.0.113.7:6882', 'WebRTC', ID],
  ['/ip4/203.0.113.7/udp/4001/quic-v1', '203.0.113.7:4001', 'QUIC', null],
  ['/memory/7', '/memory/7', '', null],
])('shows %s', (address, place, transport, relay) => {
  expect(addressParts(address)).toEqual({ place, transport, relay })
})

test('the short form of a PeerId keeps its end, by which nodes differ', () => {
  expect(shortId(ID)).toBe('12D3…UoNiMtKs')
  expect(shortId('short')).toBe('short')
})
