/** Addresses of DHT nodes: their validity, and the compact form of BEP 5 and BEP 32. */
import { concat, readU16, writeU16 } from '../../base/bytes.ts'
import { formatIp, parseIp } from '../../base/ip.ts'
import { ipOwner } from '../../base/ip-owner.ts'
import { isLocalIp } from '../../base/local-address.ts'
import type { IpFamily } from '../../transport/datagram.ts'
import { ID_BYTES, isNodeIdFor } from './node-id.ts'

/** A UDP address. */
export interface Endpoint {
  /** 4 or 16 bytes. */
  readonly ip: Uint8Array
  /** `ip` as canonical text. */
  readonly host: string
  /** 1 to 65535. */
  readonly port: number
}

/** A DHT node. */
export interface Contact extends Endpoint {
  /** 20 bytes. */
  readonly id: Uint8Array
}

/**
 * Maximum number of compact nodes read from one message: nodes send eight, some clients sixteen or
 * twenty.
 */
const MAX_NODES = 32

/** An endpoint whose address only the sending proxy knows: `ip` is empty. */
export function namedEndpoint(host: string, port: number): Endpoint {
  return { ip: new Uint8Array(0), host, port }
}

/**
 * Returns null if `host` is not an IP literal (a link-local address with a zone is not) or the port
 * is not 1 to 65535.
 */
export function toEndpoint(host: string, port: number): Endpoint | null {
  const ip = parseIp(host)
  return ip && port >= 1 && port <= 65535 ? { ip, host: formatIp(ip), port } : null
}

export function familyOf(ip: Uint8Array): IpFamily {
  return ip.length === 4 ? 4 : 6
}

/** Whether a response from `from` may answer a query to `to`. */
export function mayAnswer(from: Endpoint, to: Endpoint): boolean {
  return to.ip.length === 0 ? from.port === to.port : sameEndpoint(from, to)
}

export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.host === b.host
}

/**
 * Returns false for addresses that no single node can have: unspecified, multicast, broadcast, and
 * IPv4-mapped IPv6.
 */
export function isUnicast(ip: Uint8Array): boolean {
  if (ip.length === 4) return ip[0] !== 0 && ip[0]! < 224
  const mappedOrZero = ip.every((byte, i) => i >= 10 || byte === 0) && ip[15] !== 1
  return ip[0] !== 0xff && !mappedOrZero
}

/** Returns true if the address allows the node ID, or is exempt from that rule (BEP 42). */
export function isVerified({ id, ip }: Contact): boolean {
  return isLocalIp(ip) || isNodeIdFor(id, ip)
}

/**
 * Returns a key for addresses that certainly have one owner: an IPv4 address, a /64 of IPv6, or one
 * port of a local address.
 */
export function ownerKey({ ip, host, port }: Endpoint): string {
  return ipOwner(ip) ?? `${host} ${port}`
}

/** Encodes an address and port in 6 bytes (BEP 5) or 18 bytes (BEP 32). */
export function compactEndpoint({ ip, port }: Endpoint): Uint8Array {
  const bytes = new Uint8Array(ip.length + 2)
  bytes.set(ip)
  writeU16(bytes, ip.length, port)
  return bytes
}

/**
 * Decodes 6 or 18 bytes, which are copied. Returns null for any other length and for an address or
 * port that no node can have.
 */
export function parseCompactEndpoint(bytes: Uint8Array): Endpoint | null {
  if (bytes.length !== 6 && bytes.length !== 18) return null
  const ip = bytes.slice(0, -2)
  const port = readU16(bytes, ip.length)
  return port > 0 && isUnicast(ip) ? { ip, host: formatIp(ip), port } : null
}

/**
 * Encodes IDs and addresses in 26 bytes per node (BEP 5 `nodes`) or 38 (BEP 32 `nodes6`). All nodes
 * must be of one address family.
 */
export function compactNodes(contacts: readonly Contact[]): Uint8Array {
  return concat(contacts.flatMap(contact => [contact.id, compactEndpoint(contact)]))
}

/**
 * Decodes a `nodes` or `nodes6` value. Leaves out unusable nodes; returns null if the length is
 * invalid.
 */
export function parseCompactNodes(bytes: Uint8Array, family: IpFamily): Contact[] | null {
  const size = ID_BYTES + (family === 4 ? 6 : 18)
  if (bytes.length % size !== 0) return null
  const contacts: Contact[] = []
  for (let at = 0; at < bytes.length && contacts.length < MAX_NODES; at += size) {
    const endpoint = parseCompactEndpoint(bytes.subarray(at + ID_BYTES, at + size))
    if (endpoint) contacts.push({ ...endpoint, id: bytes.slice(at, at + ID_BYTES) })
  }
  return contacts
}
