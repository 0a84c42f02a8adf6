import type { Arrival, PortMapping, PortMappingStatus } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { decidePeerReach, type PeerReachFacts } from './peer-reach.ts'

const IPV6 = '2600::5'
const MAPPING: PortMapping = {
  transport: 'tcp',
  router: '192.168.1.1',
  method: 'pcp',
  internalAddress: '192.168.1.2',
  internalPort: 6881,
  externalAddress: '80.1.2.3',
  externalPort: 7000,
  expiresMs: 1,
  problem: null,
}
const PINHOLE: PortMapping = { ...MAPPING, internalAddress: IPV6, externalAddress: IPV6, externalPort: 6881 }
const OPEN: PortMappingStatus = { searching: false, isDirect: false, mappings: [MAPPING], problem: null }
const problem = { code: 'refused', message: 'no' } as const
const shut = (mapping: PortMapping) => ({ ...mapping, externalPort: null, externalAddress: null, problem })
const mapped = (...mappings: PortMapping[]): PortMappingStatus => ({ ...OPEN, mappings })
const arrival = (family: 4 | 6, host: string): Arrival => ({ family, transport: 'tcp', host, atMs: 9 })
const seen = (ipv4: string | null, ...arrivals: Arrival[]) => ({
  arrivals,
  externalAddresses: { ipv4, ipv6: null },
})
const reachOf = (change: Partial<PeerReachFacts>) =>
  decidePeerReach({
    port: 6881,
    host: undefined,
    route: null,
    addresses: ['127.0.0.1', '192.168.1.2', 'fe80::1', 'fd00::1'],
    portMapping: OPEN,
    stats: seen(null),
    ...{ peerTest: null, network: null },
    ...change,
  })

test.each<[string, string, string, Partial<PeerReachFacts>]>([
  ['unknown', 'mapped', 'no-address', {}],
  ['unknown', 'mapped', 'no-address', { stats: seen('80.1.2.3') }],
  ['unreachable', 'other-address', 'no-address', { stats: seen('90.1.1.1') }],
  ['reachable', 'connected', 'no-address', { stats: seen('90.1.1.1', arrival(4, '70.1.1.1')) }],
  ['unknown', 'searching', 'no-address', { portMapping: { ...mapped(), searching: true } }],
  ['unreachable', 'refused', 'no-address', { portMapping: { ...mapped(shut(MAPPING)), problem } }],
  ['unreachable', 'refused', 'no-address', { portMapping: { ...mapped(), problem } }],
  ['unknown', 'not-asked', 'no-address', { portMapping: null }],
  ['unknown', 'public', 'no-address', { portMapping: null, addresses: ['80.1.2.3'] }],
  [
    'unreachable',
    'other-address',
    'no-address',
    { addresses: ['80.1.2.3'], portMapping: null, stats: seen('90.1.1.1') },
  ],
  // A shared carrier address (CGNAT) is not public.
  ['unknown', 'not-asked', 'no-address', { portMapping: null, addresses: ['100.64.0.1'] }],
  ['unreachable', 'test-failed', 'no-address', { peerTest: { address: '80.1.2.3', port: 7000 } }],
  // Tests of another port or address, and hubs in the local network, are not evidence.
  ['unknown', 'mapped', 'no-address', { peerTest: { address: '80.1.2.3', port: 6881 } }],
  [
    'unknown',
    'mapped',
    'no-address',
    { peerTest: { address: '80.9.9.9', port: 7000 }, stats: seen('80.1.2.3') },
  ],
  ['unknown', 'mapped', 'no-address', { peerTest: { address: '192.168.1.2', port: 7000 } }],
  ['unknown', 'mapped', 'no-address', { peerTest: { address: '2a00::9', port: 7000 } }],
  [
    'reachable',
    'connected',
    'no-address',
    { peerTest: { address: '80.1.2.3', port: 7000 }, stats: seen('80.1.2.3', arrival(4, '70.1.1.1')) },
  ],
  // Responses of routers are more exact.
  [
    'unreachable',
    'refused',
    'no-address',
    { peerTest: { address: '80.1.2.3', port: 6881 }, portMapping: { ...mapped(), problem } },
  ],
  ['unknown', 'mapped', 'mapped', { addresses: [IPV6], portMapping: mapped(MAPPING, PINHOLE) }],
  ['unknown', 'mapped', 'refused', { addresses: [IPV6], portMapping: mapped(MAPPING, shut(PINHOLE)) }],
  ['unknown', 'refused', 'public', { addresses: [IPV6], portMapping: { ...mapped(shut(MAPPING)), problem } }],
  ['reachable', 'mapped', 'connected', { addresses: [IPV6], stats: seen(null, arrival(6, '2a00::1')) }],
  ['off', 'no-port', 'no-port', { port: 0 }],
  ['off', 'strict-proxy', 'strict-proxy', { port: 0, route: { canListen: false, carriesUdp: true } }],
  [
    'off',
    'strict-proxy-without-udp',
    'strict-proxy-without-udp',
    { port: 0, route: { canListen: false, carriesUdp: false } },
  ],
  ['off', 'own-machine', 'own-machine', { host: '127.0.0.1', stats: seen(null, arrival(4, '70.1.1.1')) }],
  ['unknown', 'mapped', 'other-family', { host: '192.168.1.2', addresses: [IPV6] }],
])('%s: IPv4 %s, IPv6 %s: %j', (state, ipv4, ipv6, change) => {
  const reach = reachOf(change)
  expect([reach.state, reach.ipv4.reason, reach.ipv6.reason]).toEqual([state, ipv4, ipv6])
  expect([ipv4, ipv6]).toContain(reach.reason)
})

test('tells the endpoint that others dial, the evidence and the mappings', () => {
  const reach = reachOf({ stats: seen('80.1.2.3', arrival(4, '70.1.1.1')) })
  expect(reach.ipv4).toEqual({
    state: 'reachable',
    reason: 'connected',
    address: '80.1.2.3',
    port: 7000,
    arrivals: [{ transport: 'tcp', host: '70.1.1.1', atMs: 9 }],
  })
  expect(reach.ipv6).toMatchObject({ address: null, port: 6881, arrivals: [] })
  expect(reach.mappings).toEqual([MAPPING])
})
