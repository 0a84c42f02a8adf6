/** Checks whether an external address reported by a router is reachable from the internet. */
import { parseIp, unmapIp } from '../base/ip.ts'
import { isLocalIp } from '../base/local-address.ts'
import type { PortMappingProblem } from './port-mapping.ts'

/**
 * `carrier`: RFC 6598, shared by the customers of a provider. `none`: the unspecified address,
 * which routers without a connection report.
 */
export type AddressKind = 'public' | 'private' | 'carrier' | 'none'

/** Returns null if the text is not an IP literal. */
export function kindOfAddress(address: string): AddressKind | null {
  const parsed = parseIp(address)
  if (!parsed) return null
  const ip = unmapIp(parsed)
  if (ip.every(byte => byte === 0)) return 'none'
  const [a, b] = ip as unknown as [number, number]
  // RFC 6598: 100.64.0.0/10; RFC 6333: 192.0.0.0/29, between a home router and its provider's.
  if (ip.length === 4 && a === 100 && b >> 6 === 1) return 'carrier'
  if (ip.length === 4 && a === 192 && b === 0 && ip[2] === 0 && ip[3]! < 8) return 'carrier'
  return isLocalIp(ip) ? 'private' : 'public'
}

/**
 * Returns why a mapping at a router with this external address does not make us reachable; null if
 * it does.
 */
export function problemOfAddress(address: string | null): PortMappingProblem | null {
  switch (address === null ? null : kindOfAddress(address)) {
    case 'carrier':
      return {
        code: 'carrier-nat',
        message: `The internet provider shares the address of the router (${address}) among several customers, so that nobody outside can connect. Ask the provider for a public IPv4 address, or use IPv6.`,
      }
    case 'private':
      return {
        code: 'double-nat',
        message: `The router has the private address ${address}, so that another router is between it and the internet. Switch one of them to bridge mode, or forward the port on the outer router to ${address}.`,
      }
    case 'none':
      return {
        code: 'router-error',
        message: 'The router has no connection to the internet. Check its line and its status page.',
      }
    default:
      return null
  }
}
