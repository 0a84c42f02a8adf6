import type { Contact } from './contact.ts'

/** The network below the DHT: connections, streams and addresses. */
export interface KadNetwork {
  /**
   * Sends a message and returns the response, both without length prefix, with the 4 or 16 bytes of the address of the connection (null if it has none).
   * Rejects if the node cannot be reached or does not respond.
   */
  request(
    contact: Contact,
    message: Uint8Array,
    signal: AbortSignal,
  ): Promise<{ bytes: Uint8Array; ip: Uint8Array | null }>
  /** Sends a message that has no response. */
  send(contact: Contact, message: Uint8Array, signal: AbortSignal): Promise<void>
  /**
   * Selects the multiaddrs that this node may dial: empty if there are none. `ip`: the first IP address among them. `from`: the address of the node
   * that named them; only a local one may name local addresses. `mayRelay`: those of relays are among them.
   */
  dialable(
    addresses: readonly Uint8Array[],
    from: Uint8Array | null,
    mayRelay?: boolean,
  ): { readonly addresses: readonly Uint8Array[]; readonly ip: Uint8Array | null }
}
