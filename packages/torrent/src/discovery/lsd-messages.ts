/** Encoding and decoding of local service discovery datagrams (BEP 14). No I/O. */
import { fromHex, fromLatin1, hex, latin1 } from '../base/bytes.ts'

export interface LsdAnnounce {
  /** Port on which the sender accepts connections. */
  readonly port: number
  /** 20 bytes each. */
  readonly infoHashes: readonly Uint8Array[]
  /** Lets a sender recognize its own announces. */
  readonly cookie?: string
}

/** BEP 14: "the packet length should not exceed 1400 bytes". */
export const MAX_LSD_BYTES = 1400
/** Larger datagrams are ignored. */
const MAX_READ_BYTES = 4096
const MAX_READ_HASHES = 100
const MAX_READ_LINES = 150

/** Size of one `Infohash: <40 hex digits>` line. */
const HASH_LINE_BYTES = 10 + 40 + 2

/** Returns how many info hashes fit into one announce to this group. */
export function lsdCapacity(host: string, cookie: string): number {
  const empty = encodeLsd({ port: 65535, infoHashes: [], cookie }, host).length
  return Math.floor((MAX_LSD_BYTES - empty) / HASH_LINE_BYTES)
}

/** `host`: the group and port in the form of an HTTP `Host` header. */
export function encodeLsd(announce: LsdAnnounce, host: string): Uint8Array {
  const lines = [
    'BT-SEARCH * HTTP/1.1',
    `Host: ${host}`,
    `Port: ${announce.port}`,
    ...announce.infoHashes.map(infoHash => `Infohash: ${hex(infoHash)}`),
    ...(announce.cookie === undefined ? [] : [`cookie: ${announce.cookie}`]),
  ]
  return fromLatin1(`${lines.join('\r\n')}\r\n\r\n\r\n`)
}

/**
 * Returns null if the datagram is not a valid announce: wrong first line, missing or invalid port,
 * no info hash, or more than 4 KiB. Unknown headers are ignored.
 */
export function decodeLsd(bytes: Uint8Array): LsdAnnounce | null {
  if (bytes.length > MAX_READ_BYTES) return null
  const [first, ...lines] = latin1(bytes).split('\r\n', MAX_READ_LINES)
  if (!/^BT-SEARCH \* HTTP\/1\.[01]$/i.test(first!)) return null
  const infoHashes: Uint8Array[] = []
  let port = 0
  let cookie: string | undefined
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (name === 'port' && /^[0-9]{1,5}$/.test(value)) port = Number(value)
    if (name === 'cookie') cookie = value
    if (name !== 'infohash' || value.length !== 40 || infoHashes.length >= MAX_READ_HASHES) continue
    const infoHash = fromHex(value)
    if (infoHash) infoHashes.push(infoHash)
  }
  if (port < 1 || port > 65535 || infoHashes.length === 0) return null
  return { port, infoHashes, ...(cookie !== undefined && { cookie }) }
}
