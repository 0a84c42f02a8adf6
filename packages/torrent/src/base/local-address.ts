import { parseIp, unmapIp } from './ip.ts'

/**
 * Whether an address is of this machine or its own network: loopback, link-local, private (RFC 1918, RFC 4193) or unspecified. A torrent from
 * a stranger must not make us ask such places for whatever URL it names.
 */
export function isLocalAddress(host: string): boolean {
  const parsed = parseIp(host.replace(/%.*$/, ''))
  if (!parsed) return false
  const ip = unmapIp(parsed)
  const [a, b] = ip as unknown as [number, number]
  if (ip.length === 4) {
    return (
      a === 0 ||
      a === 10 ||
      a === 127 ||
      (a === 169 && b === 254) ||
      (a === 172 && b >> 4 === 1) ||
      (a === 192 && b === 168)
    )
  }
  // ::, ::1; fc00::/7; fe80::/10.
  if (ip.every((byte, i) => byte === 0 || (i === 15 && byte === 1))) return true
  return (a & 0xfe) === 0xfc || (a === 0xfe && (b & 0xc0) === 0x80)
}
