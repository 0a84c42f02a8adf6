import { canonicalIp, parseIp, unmapIp } from './ip.ts'

/**
 * Returns true for an IP literal of this machine or a private network: unspecified, loopback,
 * link-local or private (RFC 1918, RFC 4193). Input from strangers must not make us send requests
 * to such addresses.
 */
export function isLocalAddress(host: string): boolean {
  const ip = parseIp(host.replace(/%.*$/, ''))
  return ip !== null && isLocalIp(unmapIp(ip))
}

/** The same for the 4 or 16 bytes of an address that is not IPv4-mapped. */
export function isLocalIp(ip: Uint8Array): boolean {
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

/**
 * Returns true for a host that always means this machine: `localhost` and names below it,
 * 127.0.0.0/8 and ::1. The host may be in brackets, as in a URL.
 */
export function isLoopback(host: string): boolean {
  const name = bareHost(host)
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  const ip = canonicalIp(name)
  return ip !== null && (ip === '::1' || ip.startsWith('127.'))
}

/**
 * Returns true for a host that is known without a lookup to be in the local network: an address as
 * for `isLocalAddress`, `localhost`, or a name below `localhost` or `local` (RFC 6761, RFC 6762).
 * The host may be in brackets, as in a URL.
 */
export function isLocalHost(host: string): boolean {
  const name = bareHost(host)
  return isLocalAddress(name) || /^(?:.+\.)?localhost$|\.local$/.test(name)
}

/**
 * Returns the host for a URL at which this machine reaches its own server that listens at `host`.
 */
export function ownUrlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

/** Returns a host in lower case, without brackets and without the dot at its end. */
export function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
}
