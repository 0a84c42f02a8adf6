import type { Contact } from './contact.ts'

/** The network underneath the DHT: connections, streams and addresses. */
export interface KadNetwork {
  /**
   * Sends a message and returns the response, both without length prefix, and the connection's IP
   * address (4 or 16 bytes; null if it has none). Rejects if the node cannot be reached or does not
   * respond.
   */
  request(
    contact: Contact,
    message: Uint8Array,
    signal: AbortSignal,
  ): Promise<{ bytes: Uint8Array; ip: Uint8Array | null }>
  /** Sends a message without a response. */
  send(contact: Contact, message: Uint8Array, signal: AbortSignal): Promise<void>
  /**
   * Selects the multiaddrs that this node may dial; empty if there are none. `ip`: the first IP
   * address among them. `from`: the address of the node that named them; only a local one may name
   * local addresses. `mayRelay`: include relayed ones.
   */
  dialable(
    addresses: readonly Uint8Array[],
    from: Uint8Array | null,
    mayRelay?: boolean,
  ): { readonly addresses: readonly Uint8Array[]; readonly ip: Uint8Array | null }
}
