/** The routing tables of Linux, as text. No I/O. */
import { fromHex } from '../base/bytes.ts'
import { formatIp } from '../base/ip.ts'

/** A default route. */
export interface Route {
  /** Name of the interface. */
  readonly name: string
  readonly gateway: string
}

/** Flags of a route: it is usable, it has a gateway. */
const UP_GATEWAY = 0x3
const MAX_LINES = 2000

/**
 * The default routes in `/proc/net/route`, best metric first. Numbers are hexadecimal, addresses in
 * the byte order of the machine: little endian.
 */
export function parseRoutes4(text: string): Route[] {
  return sorted(text, fields => {
    const [name = '', destination, gateway = '', flags = '', , , metric = '', mask] = fields
    if (destination !== '00000000' || mask !== '00000000' || !isGateway(flags)) return null
    const bytes = fromHex(gateway)
    return bytes?.length === 4 ? { name, gateway: formatIp(bytes.reverse()), metric: Number(metric) } : null
  })
}

/** The default routes in `/proc/net/ipv6_route`, best metric first. */
export function parseRoutes6(text: string): Route[] {
  return sorted(text, fields => {
    const [destination, length, , , gateway = '', metric = '', , , flags = '', name = ''] = fields
    if (length !== '00' || destination !== '0'.repeat(32) || !isGateway(flags)) return null
    const bytes = fromHex(gateway)
    return bytes?.length === 16
      ? { name, gateway: formatIp(bytes), metric: Number.parseInt(metric, 16) }
      : null
  })
}

function sorted(text: string, read: (fields: string[]) => (Route & { metric: number }) | null): Route[] {
  const lines = text.split('\n', MAX_LINES)
  const routes = lines.map(line => read(line.trim().split(/\s+/))).filter(route => route !== null)
  return routes.sort((a, b) => a.metric - b.metric).map(({ name, gateway }) => ({ name, gateway }))
}

function isGateway(flags: string): boolean {
  return (Number.parseInt(flags, 16) & UP_GATEWAY) === UP_GATEWAY
}
