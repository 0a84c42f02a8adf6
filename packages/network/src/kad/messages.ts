/**
 * Messages of libp2p's DHT (libp2p/specs, kad-dht: "RPC messages"), without those that store
 * values.
 */
import { ShoalError } from '@shoal/torrent'
import { readFields, writeFields } from './protobuf.ts'

/**
 * Longest message that is read, in bytes: about twice the size of 20 nodes and 200 providers with a
 * dozen addresses each.
 */
export const MAX_MESSAGE_BYTES = 256 * 1024
const MAX_KEY_BYTES = 128
/** PeerIds are identity multihashes of small keys, or SHA-256 multihashes (libp2p, peer-ids). */
const MIN_ID_BYTES = 34
const MAX_ID_BYTES = 42
/** Most nodes that are read: nodes send twenty. */
const MAX_CLOSER = 40
const MAX_PROVIDERS = 200
const MAX_ADDRESSES = 16
const MAX_ADDRESS_BYTES = 256

/** A node as a message names it. */
export interface NamedPeer {
  /** PeerId: a multihash of 34 to 42 bytes. */
  readonly id: Uint8Array
  /** Multiaddrs, at most 16 of at most 256 bytes. Their content is not checked. */
  readonly addresses: readonly Uint8Array[]
}

type MessageType = 'add-provider' | 'get-providers' | 'find-node' | 'ping'

export interface Message {
  readonly type: MessageType
  /**
   * For `find-node`, a PeerId or any bytes; for providers, a multihash. At most 128 bytes; empty
   * for `ping`.
   */
  readonly key: Uint8Array
  /** Nodes closer to the key than the responder. */
  readonly closer: readonly NamedPeer[]
  readonly providers: readonly NamedPeer[]
}

const TYPES: readonly (MessageType | null)[] = [
  null, // PUT_VALUE
  null, // GET_VALUE
  'add-provider',
  'get-providers',
  'find-node',
  'ping',
]

const NOTHING = new Uint8Array(0)

/** Missing members of a message are empty. */
export function encodeMessage(message: Pick<Message, 'type'> & Partial<Message>): Uint8Array {
  const { type, key = NOTHING, closer = [], providers = [] } = message
  return writeFields([
    [1, TYPES.indexOf(type)],
    ...(key.length > 0 ? [[2, key] as const] : []),
    ...closer.map(peer => [8, encodePeer(peer)] as const),
    ...providers.map(peer => [9, encodePeer(peer)] as const),
  ])
}

/**
 * Decodes a message, without its length prefix. Skips unknown fields, and peers and addresses
 * beyond the limits or of an impossible length. The message shares no memory with `bytes`. Throws
 * `bad-message`.
 */
export function decodeMessage(bytes: Uint8Array): Message {
  if (bytes.length > MAX_MESSAGE_BYTES) throw new ShoalError('bad-message', 'The message is too long')
  // Protocol Buffers omit members with the value 0.
  let type = 0
  let key = NOTHING
  const closer: NamedPeer[] = []
  const providers: NamedPeer[] = []
  for (const [field, value] of readFields(bytes)) {
    if (typeof value === 'number') {
      if (field === 1) type = value
    } else if (field === 2) {
      if (value.length > MAX_KEY_BYTES) throw new ShoalError('bad-message', 'The key is too long')
      key = value.slice()
    } else if (field === 8 && closer.length < MAX_CLOSER) addPeer(closer, value)
    else if (field === 9 && providers.length < MAX_PROVIDERS) addPeer(providers, value)
  }
  const name = TYPES[type]
  if (!name) throw new ShoalError('bad-message', `Messages of type ${type} are not supported`)
  return { type: name, key, closer, providers }
}

/** Encodes a node, with at most 16 of its addresses. */
export function encodePeer({ id, addresses }: NamedPeer): Uint8Array {
  const used = addresses.filter(address => address.length <= MAX_ADDRESS_BYTES).slice(0, MAX_ADDRESSES)
  return writeFields([[1, id], ...used.map(address => [2, address] as const)])
}

/** Reads a node and adds it, unless its PeerId has an impossible length. Throws `bad-message`. */
export function addPeer(peers: NamedPeer[], bytes: Uint8Array): void {
  let id = NOTHING
  const addresses: Uint8Array[] = []
  for (const [field, value] of readFields(bytes)) {
    if (typeof value === 'number') continue
    if (field === 1) id = value.slice()
    else if (field === 2 && addresses.length < MAX_ADDRESSES && value.length <= MAX_ADDRESS_BYTES)
      addresses.push(value.slice())
  }
  if (id.length >= MIN_ID_BYTES && id.length <= MAX_ID_BYTES) peers.push({ id, addresses })
}
