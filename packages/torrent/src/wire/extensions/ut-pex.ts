import { ShoalError } from '../../base/errors.ts'
import { asBytes, asDictionary, type BencodeDictionary, decode, encode } from '../../bencode/bencode.ts'
import type { PeerAddress } from '../../transport/transport.ts'
import {
  compactBytes,
  decodeCompactPeer,
  decodeCompactPeers,
  encodeCompactPeer,
  encodeCompactPeers,
  type IpFamily,
} from '../compact-peers.ts'
import type { PexPeer } from './pex-flags.ts'

/**
 * Peer exchange (BEP 11): the sender lists changes to its connected peers since its last message.
 */

export interface PexMessage {
  readonly added: readonly PexPeer[]
  readonly dropped: readonly PeerAddress[]
}

/**
 * BEP 11: at most this many added and as many dropped peers in every message but the first on a
 * connection.
 */
export const MAX_PEX_PEERS = 50

/**
 * Maximum number of added and of dropped peers that are read from one message. The first message
 * may list all peers of its sender.
 */
export const MAX_PEX_PEERS_READ = 200

/** BEP 11: at most one message per minute. */
export const PEX_INTERVAL_MS = 60_000

const LIMITS = { depth: 4, items: 100, unsortedKeys: true }

/**
 * Encodes the payload of a ut_pex message. Returns null if none of the peers can be encoded, since
 * a message must contain at least one. The caller must respect `MAX_PEX_PEERS` and
 * `PEX_INTERVAL_MS` and must not repeat peers.
 */
export function encodePex(message: PexMessage): Uint8Array | null {
  const added4 = message.added.filter(peer => encodeCompactPeer(peer)?.length === compactBytes(4))
  const added6 = message.added.filter(peer => encodeCompactPeer(peer)?.length === compactBytes(6))
  const fields = {
    added: encodeCompactPeers(added4, 4),
    'added.f': Uint8Array.from(added4, peer => peer.flags),
    added6: encodeCompactPeers(added6, 6),
    'added6.f': Uint8Array.from(added6, peer => peer.flags),
    dropped: encodeCompactPeers(message.dropped, 4),
    dropped6: encodeCompactPeers(message.dropped, 6),
  }
  const given = Object.entries(fields).filter(([, bytes]) => bytes.length > 0)
  return given.length === 0 ? null : encode(Object.fromEntries(given))
}

/**
 * Parses a ut_pex message: at most `MAX_PEX_PEERS_READ` added and as many dropped peers, without
 * those that cannot be dialled. All of it is an unverified claim of the sender. Throws
 * `bad-message` if the payload is not a dictionary.
 */
export function parsePex(payload: Uint8Array): PexMessage {
  const fields = asDictionary(decodePayload(payload))
  if (!fields)
    throw new ShoalError('bad-message', 'A ut_pex message is not a dictionary: disconnect the peer')
  const added = [...readAdded(fields, 'added', 4), ...readAdded(fields, 'added6', 6)]
  const dropped = [
    ...decodeCompactPeers(asBytes(fields.get('dropped')) ?? EMPTY, 4, MAX_PEX_PEERS_READ),
    ...decodeCompactPeers(asBytes(fields.get('dropped6')) ?? EMPTY, 6, MAX_PEX_PEERS_READ),
  ]
  return { added: added.slice(0, MAX_PEX_PEERS_READ), dropped: dropped.slice(0, MAX_PEX_PEERS_READ) }
}

const EMPTY = new Uint8Array(0)

function readAdded(fields: BencodeDictionary, name: string, family: IpFamily): PexPeer[] {
  const bytes = asBytes(fields.get(name)) ?? EMPTY
  const flags = asBytes(fields.get(`${name}.f`)) ?? EMPTY
  const count = Math.min(Math.floor(bytes.length / compactBytes(family)), MAX_PEX_PEERS_READ)
  const peers: PexPeer[] = []
  for (let i = 0; i < count; i++) {
    const peer = decodeCompactPeer(bytes, i * compactBytes(family), family)
    if (peer) peers.push({ ...peer, flags: flags[i] ?? 0 })
  }
  return peers
}

function decodePayload(payload: Uint8Array): ReturnType<typeof decode> {
  try {
    return decode(payload, LIMITS)
  } catch (cause) {
    throw new ShoalError('bad-message', 'A ut_pex message is malformed: disconnect the peer', { cause })
  }
}
