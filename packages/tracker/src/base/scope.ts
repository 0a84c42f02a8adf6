/**
 * The scope of an address: a peer's local address is useless to strangers and must not be disclosed
 * to them. It works on words, since it runs for every peer of every response; the engine's
 * isLocalAddress works on text.
 */
import { FAMILY, type Family } from '../store.ts'

export const SCOPE = { machine: 0, network: 1, world: 2 } as const

/**
 * Returns the SCOPE of the address at `at`. Web peers have the widest scope, since ICE finds a
 * path to them.
 */
export function scopeOf(family: Family, words: Int32Array, at = 0): number {
  if (family === FAMILY.ipv4) return scopeOfIpv4(words[at]!)
  return family === FAMILY.ipv6 ? scopeOfIpv6(words, at) : SCOPE.world
}

function scopeOfIpv4(address: number): number {
  const first = address >>> 24
  if (first === 127) return SCOPE.machine
  const two = address >>> 16
  // RFC 1918, RFC 3927, and RFC 6598 (carrier-grade NAT).
  const isNear =
    first === 10 || two === 0xc0a8 || two >>> 4 === 0xac1 || two === 0xa9fe || address >>> 22 === 0x191
  return isNear ? SCOPE.network : SCOPE.world
}

function scopeOfIpv6(words: Int32Array, at: number): number {
  const head = words[at]!
  if (head === 0 && words[at + 1] === 0 && words[at + 2] === 0 && words[at + 3] === 1) return SCOPE.machine
  // RFC 4193, and RFC 4291 section 2.5.6.
  return head >>> 25 === 0x7e || head >>> 22 === 0x3fa ? SCOPE.network : SCOPE.world
}
