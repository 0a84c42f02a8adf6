/** Peers of a share link in binary: see decision 026. */
import { equalBytes, formatIp, parseIp } from '@shoal/torrent/base'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { altered } from './link-error.ts'

/** A `host` that begins with `/` is a libp2p address, as in a magnet link. */
export interface LinkPeer {
  readonly host: string
  readonly port: number
}

const KIND = { ip4: 0, ip6: 1, name: 2, direct4: 3, direct6: 4, multiaddr: 5, text: 6 } as const

/** Maximum number of certificate hashes of one address. */
const MAX_HASHES = 3
const HASH_BYTES = 32

/** The parts of a multiaddr of WebRTC direct: codes of `ip4`, `ip6`, `udp`, `webrtc-direct`. */
const IP4 = 4
const IP6 = 41
const UDP = [0x91, 0x02]
const WEBRTC_DIRECT = [0x98, 0x02]
/** `certhash`: a multihash of SHA-256. */
const CERTHASH = [0xd2, 0x03, 0x22, 0x12, 0x20]
/** `p2p`: the identity multihash of an Ed25519 key in protobuf. */
const P2P = [0xa5, 0x03, 0x26, 0x00, 0x24, 0x08, 0x01, 0x12, 0x20]

/** An address of WebRTC direct of a node with an Ed25519 key. */
interface Direct {
  readonly ip: Uint8Array
  readonly port: number
  /** The hashes of its certificates. */
  readonly hashes: readonly Uint8Array[]
  /** Its Ed25519 key. */
  readonly key: Uint8Array
}

export function writePeers(writer: ByteWriter, peers: readonly LinkPeer[]): void {
  let before: Uint8Array | null = null
  writer.varint(peers.length)
  for (const { host, port } of peers) {
    const address = addressBytes(host)
    const direct = address && readDirect(address)
    if (direct) {
      const node = nodeBytes(direct)
      writer.bytes([direct.ip.length === 4 ? KIND.direct4 : KIND.direct6], direct.ip)
      writer.port(direct.port)
      // The node of the previous entry, at another address.
      writer.bytes(before && equalBytes(node, before) ? [0] : node)
      before = node
    } else if (address) {
      writer.bytes([KIND.multiaddr])
      writer.sized(address)
    } else if (host.startsWith('/')) {
      writer.bytes([KIND.text])
      writer.text(host)
    } else {
      const parsed = parseIp(host)
      const ip = parsed && formatIp(parsed) === host ? parsed : null
      writer.bytes([ip === null ? KIND.name : ip.length === 4 ? KIND.ip4 : KIND.ip6])
      if (ip) writer.bytes(ip)
      else writer.text(host)
      writer.port(port)
    }
  }
}

export function readPeers(reader: ByteReader): LinkPeer[] {
  let before: Pick<Direct, 'hashes' | 'key'> | null = null
  const readOne = (): LinkPeer => {
    const kind = reader.byte()
    if (kind === KIND.direct4 || kind === KIND.direct6) {
      const place = { ip: reader.bytes(kind === KIND.direct4 ? 4 : 16), port: reader.port() }
      const count = reader.byte()
      if (count > MAX_HASHES) throw altered()
      if (count > 0) {
        const hashes = Array.from({ length: count }, () => reader.bytes(HASH_BYTES))
        before = { hashes, key: reader.bytes(HASH_BYTES) }
      }
      if (!before) throw altered()
      return { host: nameOf(writeDirect({ ...place, ...before })), port: 0 }
    }
    if (kind === KIND.multiaddr) return { host: nameOf(reader.sized()), port: 0 }
    if (kind === KIND.text) return { host: reader.text(), port: 0 }
    if (kind === KIND.name) return { host: reader.text(), port: reader.port() }
    if (kind !== KIND.ip4 && kind !== KIND.ip6) throw altered()
    return { host: formatIp(reader.bytes(kind === KIND.ip4 ? 4 : 16)), port: reader.port() }
  }
  return reader.list(readOne)
}

/**
 * Returns the host at which a peer is reached, an IP address or a name. Null if its address does
 * not begin with one.
 */
export function hostOfPeer({ host }: LinkPeer): string | null {
  if (!host.startsWith('/')) return host
  const address = addressBytes(host)
  if (!address) return host.split('/')[2] ?? null
  const [code] = address
  const length = code === IP4 ? 4 : code === IP6 ? 16 : 0
  if (length > 0 && address.length > length) return formatIp(address.subarray(1, 1 + length))
  // `dns`, `dns4`, `dns6` and `dnsaddr`: the length and the name.
  const isName = code !== undefined && code >= 53 && code <= 56
  return isName ? new TextDecoder().decode(address.subarray(2, 2 + (address[1] ?? 0))) : null
}

/**
 * Returns the same address with its first certificate hash only, which is the one that libp2p
 * uses. Null if it has no others.
 */
export function withOneHash({ host, port }: LinkPeer): LinkPeer | null {
  const address = addressBytes(host)
  const direct = address && readDirect(address)
  if (!direct || direct.hashes.length < 2) return null
  return { host: nameOf(writeDirect({ ...direct, hashes: direct.hashes.slice(0, 1) })), port }
}

const nameOf = (address: Uint8Array) => `/${encodeBase64url(address)}`

function addressBytes(host: string): Uint8Array | null {
  const bytes = host.startsWith('/') ? decodeBase64url(host.slice(1)) : null
  return bytes && bytes.length > 0 ? bytes : null
}

function nodeBytes({ hashes, key }: Pick<Direct, 'hashes' | 'key'>): Uint8Array {
  const writer = new ByteWriter()
  writer.bytes([hashes.length], ...hashes, key)
  return writer.toBytes()
}

function writeDirect({ ip, port, hashes, key }: Direct): Uint8Array {
  const writer = new ByteWriter()
  writer.bytes([ip.length === 4 ? IP4 : IP6], ip, UDP)
  writer.port(port)
  writer.bytes(WEBRTC_DIRECT, ...hashes.flatMap(hash => [CERTHASH, hash]), P2P, key)
  return writer.toBytes()
}

/** Returns null for any other address. */
function readDirect(address: Uint8Array): Direct | null {
  try {
    const reader = new ByteReader(address)
    const ip = reader.bytes(reader.byte() === IP4 ? 4 : 16)
    reader.bytes(UDP.length)
    const port = reader.port()
    reader.bytes(WEBRTC_DIRECT.length)
    const afterHashes = address.length - P2P.length - HASH_BYTES
    const hashes: Uint8Array[] = []
    while (reader.position < afterHashes && hashes.length < MAX_HASHES) {
      reader.bytes(CERTHASH.length)
      hashes.push(reader.bytes(HASH_BYTES))
    }
    reader.bytes(P2P.length)
    const direct = { ip, port, hashes, key: reader.bytes(HASH_BYTES) }
    // The skipped parts belong to such an address only if encoding it again gives the same bytes.
    return hashes.length > 0 && equalBytes(writeDirect(direct), address) ? direct : null
  } catch {
    return null
  }
}
