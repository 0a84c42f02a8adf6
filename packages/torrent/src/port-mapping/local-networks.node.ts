import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { canonicalIp, formatIp, parseIp } from '../base/ip.ts'
import type { LocalNetwork } from './protocol.ts'
import { parseRoutes4, parseRoutes6, type Route } from './routes.ts'

/**
 * Maximum number of IPv6 addresses of one interface that are mapped: it may have temporary ones
 * (RFC 8981) too.
 */
const MAX_IPV6_PER_INTERFACE = 3

/**
 * The addresses of this machine that are neither loopback nor link-local, with their routers.
 * Linux reports the routers; on other systems the first address of an IPv4 network is assumed,
 * which most home routers have, and UPnP finds others.
 */
export async function localNetworks(): Promise<LocalNetwork[]> {
  const [routes4, routes6] = await Promise.all([
    readRoutes('/proc/net/route', parseRoutes4),
    readRoutes('/proc/net/ipv6_route', parseRoutes6),
  ])
  const found: LocalNetwork[] = []
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    let ipv6 = 0
    for (const { family: version, address, internal, cidr } of addresses ?? []) {
      const bytes = parseIp(address)
      if (internal || !bytes || isLinkLocal(bytes)) continue
      const family = version === 'IPv4' ? 4 : 6
      // Pinholes are for addresses of the internet: unique local ones (RFC 4193) are not.
      if (family === 6 && ((bytes[0]! & 0xfe) === 0xfc || ++ipv6 > MAX_IPV6_PER_INTERFACE)) continue
      const prefixLength = Number(cidr?.split('/')[1] ?? bytes.length * 8)
      const routes = family === 4 ? routes4 : routes6
      const gateway = routes === null ? guess(bytes, prefixLength) : gatewayOf(routes, name)
      found.push({ family, name, address: canonicalIp(address)!, prefixLength, gateway })
    }
  }
  // Networks with a route to the internet come first; the others are only queried by UPnP.
  return found.sort((a, b) => Number(a.gateway === null) - Number(b.gateway === null))
}

/** Returns null if the system does not have the file. */
async function readRoutes(file: string, parse: (text: string) => Route[]): Promise<Route[] | null> {
  return readFile(file, 'utf8').then(parse, () => null)
}

function gatewayOf(routes: readonly Route[], name: string): string | null {
  const route = routes.find(each => each.name === name)
  if (!route) return null
  return isLinkLocal(parseIp(route.gateway)!) && route.gateway.includes(':')
    ? `${route.gateway}%${name}`
    : route.gateway
}

function guess(address: Uint8Array, prefixLength: number): string | null {
  if (address.length !== 4 || prefixLength > 30) return null
  const first = address.map((byte, i) => {
    const bits = prefixLength - 8 * i
    return bits >= 8 ? byte : bits <= 0 ? 0 : byte & ((0xff << (8 - bits)) & 0xff)
  })
  first[3]! |= 1
  const gateway = formatIp(first)
  return gateway === formatIp(address) ? null : gateway
}

function isLinkLocal(bytes: Uint8Array): boolean {
  return bytes.length === 4
    ? bytes[0] === 169 && bytes[1] === 254
    : bytes[0] === 0xfe && (bytes[1]! & 0xc0) === 0x80
}
