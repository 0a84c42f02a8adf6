import { expect, test } from 'vitest'
import { spokenProtocols } from './protocols.ts'

test('protocols are named in one order, and those without a name are counted', () => {
  const protocols = [
    '/libp2p/circuit/relay/0.2.0/hop',
    '/libp2p/circuit/relay/0.2.0/stop',
    '/ipfs/id/1.0.0',
    '/ipfs/kad/1.0.0',
    '/shoal/bittorrent-port/1',
    '/shoal/index/1',
    '/shoal/kad/1.0.0',
    '/webrtc-signaling/0.0.1',
  ]
  expect(spokenProtocols(protocols)).toEqual({ known: ['dht', 'index', 'relay'], others: 1 })
  expect(spokenProtocols([])).toEqual({ known: [], others: 0 })
})
