import type { PortMapping } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { type OwnNode, ownStunPort } from './own-stun-port.ts'

const MAPPING: Partial<PortMapping> = { transport: 'udp', externalPort: 7000, problem: null }
const TCP: Partial<PortMapping> = { ...MAPPING, transport: 'tcp', externalPort: 8000 }
const problem = { code: 'double-nat', message: '' }
const ask = (network: object, portMapping: object | null, port = 6881) =>
  ownStunPort({
    settings: { current: { network: { stun: true, utp: true, dht: false, ...network } } },
    session: { port, portMapping },
  } as unknown as OwnNode)

test.each([
  ['its external port', {}, { mappings: [TCP, MAPPING] }, 7000],
  ['its own port, if it has a public address', {}, { mappings: [], isDirect: true }, 6881],
  ['none, if only TCP is mapped', {}, { mappings: [TCP] }, null],
  ['none behind two routers', {}, { mappings: [{ ...MAPPING, problem }] }, null],
  ['none without port mapping', {}, null, null],
  ['none if it is off', { stun: false }, { mappings: [MAPPING] }, null],
  ['none without a UDP port', { utp: false }, { mappings: [MAPPING] }, null],
])('pages are given %s', (_, network, portMapping, port) => {
  expect(ask(network, portMapping)).toBe(port)
})

test('without port mapping, whoever knows that the machine has a public address says so', () => {
  const node = { settings: { current: { network: { stun: true, utp: true } } }, session: { port: 6881 } }
  expect(ownStunPort(node as unknown as OwnNode, true)).toBe(6881)
})

test('pages are given none if the node does not listen', () => {
  expect(ask({}, { mappings: [MAPPING] }, 0)).toBeNull()
})
