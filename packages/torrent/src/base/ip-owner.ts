/**
 * Addresses that belong together, so that one owner of many of them counts once. Addresses have 4
 * or 16 bytes.
 */
import { latin1 } from './bytes.ts'
import { isLocalIp } from './local-address.ts'

/**
 * Returns a key for addresses that certainly have one owner: an IPv4 address or a /64 of IPv6; null
 * for local addresses.
 */
export function ipOwner(ip: Uint8Array): string | null {
  if (isLocalIp(ip)) return null
  return latin1(ip.length === 4 ? ip : ip.subarray(0, 8))
}

/**
 * Returns a key for addresses that probably have one owner: a /24 of IPv4 or a /48 of IPv6; null
 * for local addresses.
 */
export function ipNeighborhood(ip: Uint8Array): string | null {
  if (isLocalIp(ip)) return null
  return latin1(ip.length === 4 ? ip.subarray(0, 3) : ip.subarray(0, 6))
}
