import type { PortMapping, PortMappingStatus } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { decidePeerReach, type PeerReachFacts } from './peer-reach.ts'

const MAPPING: PortMapping = {
  transport: 'tcp',
  router: '192.168.1.1',
  method: 'pcp',
  internalAddress: '192.168.1.2',
  internalPort: 6881,
  externalAddress: '80.1.2.3',
  externalPort: 6881,
  expiresMs: 1,
  problem: null,
}
const OPEN: PortMappingStatus = { searching: false, isDirect: false, mappings: [MAPPING], problem: null }
const problem = { code: 'refused', message: 'no' } as const
const facts = (change: Partial<PeerReachFacts>): PeerReachFacts => ({
  port: 6881,
  host: undefined,
  isReachable: false,
  portMapping: OPEN,
  ...change,
})

test.each<[Partial<PeerReachFacts>, string]>([
  [{}, 'mapped'],
  [{ isReachable: true, portMapping: { ...OPEN, problem } }, 'reached'],
  [{ portMapping: { ...OPEN, searching: true } }, 'searching'],
  [{ portMapping: { ...OPEN, problem } }, 'closed'],
  [{ portMapping: { ...OPEN, isDirect: true } }, 'unknown'],
  [{ portMapping: null }, 'unknown'],
  [{ port: 0 }, 'off'],
  [{ host: '127.0.0.1', isReachable: true }, 'off'],
])('%j means %s', (change, state) => {
  const reach = decidePeerReach(facts(change))
  expect(reach.state).toBe(state)
  expect(reach.problem).toEqual(state === 'closed' ? problem : null)
})

test('tells the mappings', () => {
  expect(decidePeerReach(facts({})).mappings).toEqual([MAPPING])
})
