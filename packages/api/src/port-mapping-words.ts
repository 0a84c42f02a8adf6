import type { FamilyReach, PortMapping } from './schemas/peer-reach.ts'

const METHODS = { pcp: 'PCP', 'nat-pmp': 'NAT-PMP', upnp: 'UPnP' }

/** Arguments of the texts `mapping` and `permanent` for an open port, without its time. */
export function portMappingWords({
  transport,
  method,
  externalPort,
  externalAddress,
  internalAddress,
}: PortMapping): { transport: string; port: string; method: string; address: string } {
  return {
    transport: transport.toUpperCase(),
    port: String(externalPort),
    method: METHODS[method ?? 'upnp'],
    address: externalAddress ?? internalAddress,
  }
}

/** `host:port` as dialed by others; null while the address is unknown. */
export function dialedAddress({ address, port }: FamilyReach): string | null {
  if (address === null) return null
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** The usual spelling of a transport: TCP, uTP. */
export function transportName(transport: string): string {
  return transport === 'utp' ? 'uTP' : transport.toUpperCase()
}
