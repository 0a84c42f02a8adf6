/** URLs from devices of the local network. They are untrusted: any device there can send them. */
import { canonicalIp, formatIp, parseIp, unmapIp } from '../base/ip.ts'
import type { LocalNetwork } from './protocol.ts'

/** A location on a router. */
export interface RouterUrl {
  /** An IP literal, link-local IPv6 with its `%zone`. */
  readonly host: string
  readonly port: number
  /** Path and query. */
  readonly path: string
}

const MAX_URL_LENGTH = 1024

/**
 * Parses the LOCATION of an answer that came from `sender` (an IP literal, maybe with a zone).
 * Returns null unless it is an http URL without credentials whose host is the sender's address or
 * an address of its network, so that no device can make us send requests to others, or to this
 * machine.
 */
export function parseLocation(text: string, sender: string, network: LocalNetwork): RouterUrl | null {
  const url = text.length > MAX_URL_LENGTH ? null : URL.parse(text)
  if (url?.protocol !== 'http:' || url.username !== '' || url.password !== '') return null
  const host = canonicalIp(url.hostname.replace(/^\[|\]$/g, ''))
  if (host === null) return null
  const [senderAddress = '', zone] = sender.split('%')
  const isSender = host === canonicalIp(senderAddress)
  if (!isSender && !isNeighbor(host, network)) return null
  const zoned = zone !== undefined && /^fe[89ab]/.test(host) ? `${host}%${zone}` : host
  return { host: zoned, port: Number(url.port || 80), path: url.pathname + url.search }
}

/**
 * Parses a URL inside a description, which must stay on the host of the description. Null if it
 * does not.
 */
export function parseServiceUrl(text: string, base: RouterUrl): RouterUrl | null {
  if (text.length > MAX_URL_LENGTH) return null
  const bare = base.host.replace(/%.*$/, '')
  const authority = bare.includes(':') ? `[${bare}]` : bare
  const url = URL.parse(text, `http://${authority}:${base.port}${base.path}`)
  if (url?.protocol !== 'http:' || url.username !== '' || url.password !== '') return null
  if (canonicalIp(url.hostname.replace(/^\[|\]$/g, '')) !== bare) return null
  return { host: base.host, port: Number(url.port || 80), path: url.pathname + url.search }
}

/** Whether an address is a different one of this network, and belongs to a single host. */
function isNeighbor(host: string, { address, prefixLength }: LocalNetwork): boolean {
  const [theirs, ours] = [bytesOf(host), bytesOf(address)]
  if (!theirs || !ours || theirs.length !== ours.length || formatIp(theirs) === formatIp(ours)) return false
  if (theirs[0] === 127 || theirs.every(byte => byte === 0)) return false
  // RFC 4291 section 2.5.6: every link has the prefix fe80::/64.
  if (theirs.length === 16 && theirs[0] === 0xfe && (theirs[1]! & 0xc0) === 0x80) return true
  return prefixLength > 0 && theirs.every((byte, i) => sharesPrefix(byte, ours[i]!, prefixLength - 8 * i))
}

function sharesPrefix(a: number, b: number, bits: number): boolean {
  if (bits <= 0) return true
  const mask = bits >= 8 ? 0xff : (0xff << (8 - bits)) & 0xff
  return (a & mask) === (b & mask)
}

function bytesOf(address: string): Uint8Array | null {
  const bytes = parseIp(address)
  return bytes && unmapIp(bytes)
}
