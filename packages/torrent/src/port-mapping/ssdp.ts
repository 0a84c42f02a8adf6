/**
 * Messages of the Simple Service Discovery Protocol (UPnP Device Architecture 1.1, section 1). No
 * I/O.
 */
import { fromLatin1, latin1 } from '../base/bytes.ts'

export const SSDP_PORT = 1900
/** UPnP Device Architecture 1.1 section 1.1 and annex A. */
export const SSDP_GROUPS = { 4: '239.255.255.250', 6: 'ff02::c' } as const
/** Section 1.3.2: a device answers within as many seconds. */
const SSDP_WAIT_SECONDS = 2
/** The message must fit a datagram; real ones have 300 to 600 bytes. */
const MAX_BYTES = 4096
const MAX_LINES = 64

/**
 * Root devices that contain port mapping services. A device answers to its own version and earlier
 * ones.
 */
export const GATEWAY_TYPES = [
  'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
  'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
] as const

export interface SsdpMessage {
  readonly kind: 'answer' | 'alive' | 'gone'
  /** Type of the device or service. */
  readonly type: string
  /** URL of the description, not checked. Missing in `gone`. */
  readonly location: string | undefined
  /** Changes when the device starts again (BOOTID.UPNP.ORG). */
  readonly bootId: string | undefined
}

/** Section 1.3.2: a search request. `host`: where it is sent. */
export function encodeSearch(type: string, host: string): Uint8Array {
  const authority = host.includes(':') ? `[${host}]` : host
  return fromLatin1(
    `M-SEARCH * HTTP/1.1\r\nHOST: ${authority}:${SSDP_PORT}\r\nMAN: "ssdp:discover"\r\n` +
      `MX: ${SSDP_WAIT_SECONDS}\r\nST: ${type}\r\n\r\n`,
  )
}

/** Decodes an answer to a search, or an announcement of a device; null for anything else. */
export function decodeSsdp(bytes: Uint8Array): SsdpMessage | null {
  if (bytes.length > MAX_BYTES) return null
  const [start, ...lines] = latin1(bytes).split('\r\n', MAX_LINES)
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  const shared = { location: headers.get('location'), bootId: headers.get('bootid.upnp.org') }
  if (/^HTTP\/1\.[01] 200\b/.test(start!)) return { kind: 'answer', type: headers.get('st') ?? '', ...shared }
  if (!/^NOTIFY \* HTTP\/1\.[01]$/.test(start!)) return null
  const type = headers.get('nt') ?? ''
  const event = headers.get('nts')
  if (event === 'ssdp:alive') return { kind: 'alive', type, ...shared }
  return event === 'ssdp:byebye' ? { kind: 'gone', type, ...shared } : null
}
