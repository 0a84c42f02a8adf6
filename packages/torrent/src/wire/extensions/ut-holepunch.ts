import { concat, readU32 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import type { PeerAddress } from '../../transport/transport.ts'
import { COMPACT_IPV4_BYTES, compactBytes, decodeCompactPeer, encodeCompactPeer } from '../compact-peers.ts'

/**
 * Hole punching (BEP 55): a peer requests a relay, to which both are connected, to make another
 * peer connect to it at the same moment.
 */

/** BEP 55: err_code. */
export const HolepunchError = {
  /** The endpoint is invalid. */
  noSuchPeer: 1,
  /** The relay is not connected to the endpoint. */
  notConnected: 2,
  /** The peer at the endpoint does not support the extension. */
  noSupport: 3,
  /** The endpoint belongs to the relay. */
  noSelf: 4,
} as const

export type HolepunchMessage =
  /** To the relay: requests a connection with the peer at the address. */
  | { readonly type: 'rendezvous'; readonly address: PeerAddress }
  /** From the relay: connect to the address over uTP. */
  | { readonly type: 'connect'; readonly address: PeerAddress }
  /**
   * From the relay, with the address of the rendezvous. `code`: a `HolepunchError`, or an unknown
   * one.
   */
  | { readonly type: 'error'; readonly address: PeerAddress; readonly code: number }

/** BEP 55: msg_type, by value. */
const TYPES = ['rendezvous', 'connect', 'error'] as const
const CODE_BYTES = 4

/**
 * Encodes the payload of a message in 12 or 24 bytes. Throws `bad-argument` for an address without
 * IP address or port.
 */
export function encodeHolepunch(message: HolepunchMessage): Uint8Array {
  const endpoint = encodeCompactPeer(message.address)
  if (!endpoint) throw new ShoalError('bad-argument', `${message.address.host} is not an IP address`)
  const isIpv6 = endpoint.length > COMPACT_IPV4_BYTES
  const code = message.type === 'error' ? message.code : 0
  const head = Uint8Array.of(TYPES.indexOf(message.type), Number(isIpv6))
  return concat([head, endpoint, Uint8Array.of(code >>> 24, code >>> 16, code >>> 8, code)])
}

/**
 * Parses the payload of a message. Returns null if its type or address family is unknown, or its
 * port is 0. Throws `bad-message` if its size is wrong; libtorrent omits the error code in messages
 * that are not errors.
 */
export function parseHolepunch(payload: Uint8Array): HolepunchMessage | null {
  if (payload.length < 2) throw wrongSize()
  const type = TYPES[payload[0]!]
  const family = ([4, 6] as const)[payload[1]!]
  if (type === undefined || family === undefined) return null
  const end = 2 + compactBytes(family)
  const hasCode = payload.length === end + CODE_BYTES
  if (!hasCode && (type === 'error' || payload.length !== end)) throw wrongSize()
  const address = decodeCompactPeer(payload, 2, family)
  if (!address) return null
  return type === 'error' ? { type, address, code: readU32(payload, end) } : { type, address }
}

function wrongSize(): ShoalError {
  return new ShoalError('bad-message', 'A ut_holepunch message has a wrong size: disconnect the peer')
}
