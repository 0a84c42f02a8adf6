/** BEP 14: local service discovery datagrams <-> values. No I/O. */
import { fromHex, fromLatin1, hex, latin1 } from '../base/bytes.ts'

export interface LsdAnnounce {
  /** Port on which the sender accepts connections. */
  readonly port: number
  /** 20 bytes each. */
  readonly infoHashes: readonly Uint8Array[]
  /** By which a sender knows its own announces again. */
  readonly cookie?: string
}

/** BEP 14: "the packet length should not exceed 1400 bytes". */
export const MAX_LSD_BYTES = 1400
/** Larger ones than anybody should send are not even looked at. */
const MAX_READ_BYTES = 4096
const MAX_READ_HASHES = 100
const MAX_READ_LINES = 150

/** Bytes of one `Infohash: <40 hex digits>` line. */
const HASH_LINE_BYTES = 10 + 40 + 2

/** How many info hashes one announce to this group takes. */
export function lsdCapacity(host: string, cookie: string): number {
  const empty = encodeLsd({ port: 65535, infoHashes: [], cookie }, host).length
  return Math.floor((MAX_LSD_BYTES - empty) / HASH_LINE_BYTES)
}

/** `host` is the group with its port, as RFC 2616's `Host` has it. */
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

/** Null for what is no announce: wrong first line, no port or a bad one, no info hash, more than 4 KiB. Unknown headers are ignored. */
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
