import { z } from 'zod'
import { Untrusted } from './common.ts'
import { ANSWERS } from './names.ts'

/**
 * `off`: by choice, or because it cannot comply with the configured proxy or interface. `failed`:
 * see `problem`.
 */
export const NETWORK_STATES = ['off', 'starting', 'on', 'failed'] as const
export const NETWORK_OFF_REASONS = ['setting', 'proxy', 'interface'] as const

const Count = z.number().int().min(0)

/**
 * Messages and records of other nodes that this one refused since it joined the network, by reason.
 * Senders are scored down for all but the last.
 */
export const NetworkRefusals = z.object({
  /** It broke the protocol or a limit, for example by its length. */
  'bad-message': Count,
  /** A signature is invalid, or the sender speaks for another node. */
  forged: Count,
  /** It was replaced, or has expired. */
  replayed: Count,
  /** The sender, or its network, sends more than is processed. */
  flood: Count,
  /** An unsolicited answer. */
  unasked: Count,
  /** There was no room, in total or for one sender or network. */
  full: Count,
})
export type NetworkRefusals = z.infer<typeof NetworkRefusals>

/** The node in the Shoal network. */
export const NetworkStatus = z
  .object({
    state: z.enum(NETWORK_STATES),
    /** Why it is off. */
    reason: z.enum(NETWORK_OFF_REASONS).nullable(),
    /** Reason for the failure, and the remedy. */
    problem: z.string().nullable(),
    /** The PeerId, which identifies this node in the network. */
    id: z.string().nullable(),
    /** Multiaddrs at which the node can be reached. */
    addresses: z.array(z.string()),
    /**
     * Whether others can connect from outside without a relay, according to routers and other
     * nodes.
     */
    reachable: z.boolean(),
    /** Whether it helps others to find a direct path to each other. */
    relaying: z.boolean(),
    /** Number of nodes reached through this one. */
    relayed: z.number().int(),
    connections: z.number().int(),
    /** Nodes in the routing table of the DHT. */
    nodes: z.number().int(),
    /** Estimated size of the network; 0 while unknown. */
    networkSize: z.number().int(),
    /** Records stored for other nodes. */
    records: z.number().int(),
    refused: NetworkRefusals,
  })
  .register(ANSWERS, { id: 'NetworkStatus' })
export type NetworkStatus = z.infer<typeof NetworkStatus>

/** The first 32 bits of a node’s place in the key space of the DHT, as 8 hexadecimal digits. */
export const KeyPrefix = z.string()

/** A connected node. */
export const NetworkPeer = z
  .object({
    id: z.string(),
    /** The multiaddr of the connection. */
    address: Untrusted,
    incoming: z.boolean(),
    /** Whether it is connected through a relay, for signaling only. */
    relayed: z.boolean(),
    /** Program and version; null while unknown. */
    client: Untrusted.nullable(),
    /** Whether it is a node of the DHT. */
    dht: z.boolean(),
    /** Protocols that it speaks, such as `/shoal/index/1`; at most 50. Empty while unknown. */
    protocols: z.array(Untrusted),
    key: KeyPrefix,
    connectedMs: z.number(),
  })
  .register(ANSWERS, { id: 'NetworkPeer' })
export type NetworkPeer = z.infer<typeof NetworkPeer>

/** A torrent announced in the network. */
export const ProvidedTorrent = z
  .object({
    id: z.string(),
    name: Untrusted,
    /** Content ID. */
    cid: z.string(),
    /** When it was last announced. Null: not yet. */
    announcedMs: z.number().nullable(),
    /** Number of nodes that took the announcement. */
    nodes: z.number().int(),
  })
  .register(ANSWERS, { id: 'ProvidedTorrent' })
export type ProvidedTorrent = z.infer<typeof ProvidedTorrent>

/** A node that offers a torrent. */
export const Provider = z
  .object({ id: z.string(), addresses: z.array(Untrusted), connected: z.boolean() })
  .register(ANSWERS, { id: 'Provider' })
export type Provider = z.infer<typeof Provider>
