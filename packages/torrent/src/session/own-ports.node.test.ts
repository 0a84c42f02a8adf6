import { expect, it } from 'vitest'
import type { ExternalEndpoint, PortMapper } from '../port-mapping/port-mapping.ts'
import { OwnPorts } from './own-ports.ts'

it('names the port that the family of a peer dials', () => {
  const ports = new OwnPorts()
  ports.listen = 6881
  const endpoint = (family: 4 | 6, port: number): ExternalEndpoint => ({
    transport: 'tcp',
    address: null,
    port,
    internalPort: 6881,
    family,
  })
  const mapper = (...endpoints: ExternalEndpoint[]) => ({ endpoints }) as unknown as PortMapper
  ports.mapper = mapper(endpoint(4, 12_345))
  expect([ports.announced, ports.for('80.0.0.1'), ports.for('::ffff:80.0.0.1')]).toEqual([
    12_345, 12_345, 12_345,
  ])
  // The router translates IPv4 only.
  expect(ports.for('2a0b::1')).toBe(6881)
  ports.mapper = mapper(endpoint(4, 12_345), endpoint(6, 23_456))
  expect([ports.for('80.0.0.1'), ports.for('2a0b::1')]).toEqual([12_345, 23_456])
  expect([ports.for('10.0.0.2'), ports.for('fe80::1')]).toEqual([6881, 6881])
})
