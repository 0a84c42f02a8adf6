/** Finds nodes by their network keys. */
import { peerIdFromMultihash } from '@libp2p/peer-id'
import { ShoalError } from '@shoal/torrent'
import { equalBytes } from '@shoal/torrent/base'
import { decode as decodeMultihash } from 'multiformats/hashes/digest'
import { type Contact, keyOf } from '../kad/contact.ts'
import { recordKey } from '../keys.ts'
import type { Host } from './host.node.ts'

/** Identity multihash of an Ed25519 key as libp2p encodes it, up to the key. */
const PEER_ID = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
const KEY_BYTES = 32

export class KeyContacts {
  readonly #host: Host

  constructor(host: Host) {
    this.#host = host
  }

  /** Returns whether the node with this network key is connected other than through a relay. */
  isConnected(key: Uint8Array): boolean {
    return this.#isConnected(peerIdOf(key))
  }

  /**
   * Announces this node under its network key, so that others find it even if it cannot be dialed:
   * then at its relays (`mayRelay`).
   */
  provide(): void {
    const { index, libp2p } = this.#host
    const key = networkKeyOf(libp2p.peerId.toMultihash().bytes)
    if (key) index.publisher.provide([recordKey('node::', key)])
  }

  /**
   * Finds the node with this network key in the DHT, unless it is connected. `mayRelay`: also find
   * a node that only relays reach. Rejects with `unreachable`.
   */
  async find(
    key: Uint8Array,
    signal: AbortSignal,
    { mayRelay = false }: { readonly mayRelay?: boolean } = {},
  ): Promise<Contact> {
    const { libp2p, kad } = this.#host
    const id = peerIdOf(key)
    const contact: Contact = { id, key: keyOf(id), addresses: [], ip: null }
    if (this.#isConnected(id)) return contact
    const found = (await kad.findNodes(id, signal)).find(each => equalBytes(each.id, id))
    if (found) return found
    if (mayRelay) {
      const providers = await kad.findProviders(recordKey('node::', key), { signal })
      // Other nodes may announce themselves under this key, too.
      const itself = providers.find(each => equalBytes(each.id, id))
      if (itself) return itself
    }
    const known = await libp2p.peerStore.get(peerOf(id)).catch(() => null)
    const addresses = known?.addresses.map(({ multiaddr }) => multiaddr.bytes) ?? []
    if (addresses.length > 0) return { ...contact, addresses }
    throw new ShoalError('unreachable', 'The address of this node is unknown')
  }

  #isConnected(id: Uint8Array): boolean {
    return this.#host.libp2p
      .getConnections(peerOf(id))
      .some(({ status, limits }) => status === 'open' && !limits)
  }
}

/**
 * Returns the network key (Ed25519, 32 bytes) of a PeerId, or null if it has another kind of key.
 */
export function networkKeyOf(id: Uint8Array): Uint8Array | null {
  const isKey = id.length === PEER_ID.length + KEY_BYTES && PEER_ID.every((byte, at) => id[at] === byte)
  return isKey ? id.slice(PEER_ID.length) : null
}

function peerIdOf(key: Uint8Array): Uint8Array {
  return Uint8Array.of(...PEER_ID, ...key)
}

function peerOf(id: Uint8Array) {
  return peerIdFromMultihash(decodeMultihash(id) as never)
}
