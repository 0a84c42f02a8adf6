import { isLocalIp, parseIp } from '@shoal/torrent/base'

/**
 * Returns the /24 of an IPv4 address or the /56 of an IPv6 address, which probably has one owner;
 * null for local addresses and hosts without an IP address.
 */
export function addressRange(host: string): string | null {
  const ip = parseIp(host)
  if (!ip || isLocalIp(ip)) return null
  const isMapped =
    ip.length === 16 && ip.subarray(0, 10).every(byte => byte === 0) && ip[10] === 255 && ip[11] === 255
  if (ip.length === 4 || isMapped) return `${[...ip.subarray(-4, -1)].join('.')}.0/24`
  return `${Buffer.from(ip.subarray(0, 7)).toString('hex')}/56`
}
