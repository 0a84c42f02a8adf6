/** A request-response protocol between nodes that know each other's network keys. */
import type { IdentifyResult } from '@libp2p/interface'
import { type Clock, ShoalError } from '@shoal/torrent'
import { Libp2pNetwork, serve } from '../kad/libp2p-network.ts'
import { NetworkBudgets } from '../misconduct.ts'
import type { Host } from './host.node.ts'
import { KeyContacts, networkKeyOf } from './key-contacts.ts'

/** Requests answered per /24 or /48. */
const REQUESTS = { burst: 120, perSecond: 1 } as const

export interface KeyExchangeOptions {
  readonly host: Host
  readonly protocol: string
  /** Longest message read in either direction. */
  readonly maxBytes: number
  readonly clock: Clock
  /**
   * Responds to a node that has proved its network key (Ed25519, 32 bytes). Throws if the message
   * breaks the protocol.
   */
  respond(key: Uint8Array, message: Uint8Array): Uint8Array
  /** Called when a node that speaks the protocol has connected. */
  onConnected(key: Uint8Array): void
}

export interface KeyExchange {
  /**
   * Sends a request to the node with this network key, which is looked up in the DHT if it is not
   * connected. Rejects if it cannot be reached.
   */
  ask(key: Uint8Array, message: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  /** Whether the node with this network key is connected. */
  isConnected(key: Uint8Array): boolean
  close(): Promise<void>
}

export async function openKeyExchange(options: KeyExchangeOptions): Promise<KeyExchange> {
  const { host, protocol, maxBytes, clock, respond, onConnected } = options
  const { libp2p } = host
  const contacts = new KeyContacts(host)
  const budgets = new NetworkBudgets(clock, REQUESTS)
  const network = new Libp2pNetwork(libp2p, protocol, maxBytes, () => {})
  const identified = ({ detail }: CustomEvent<IdentifyResult>) => {
    const key = networkKeyOf(detail.peerId.toMultihash().bytes)
    if (key && detail.protocols.includes(protocol)) onConnected(key)
  }
  await serve(libp2p, protocol, maxBytes, {
    handle(id, ip, message) {
      const key = networkKeyOf(id)
      if (!key) throw new ShoalError('refused', 'The network key is of another kind')
      if (!budgets.take(ip)) throw new ShoalError('refused', 'Too many requests')
      return respond(key, message)
    },
    tooLong() {},
  })
  libp2p.addEventListener('peer:identify', identified)
  return {
    isConnected: key => contacts.isConnected(key),
    async ask(key, message, signal) {
      const contact = await contacts.find(key, signal)
      return (await network.request(contact, message, signal)).bytes
    },
    async close() {
      libp2p.removeEventListener('peer:identify', identified)
      await libp2p.unhandle(protocol)
    },
  }
}
