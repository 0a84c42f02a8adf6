import { z } from 'zod'
import { ANSWERS } from './names.ts'

/**
 * Why a port is not open. `no-router`: there is none. `no-answer`: it answers neither PCP, NAT-PMP
 * nor UPnP. `refused`: it forbids it. `port-taken`: every tried port belongs to another machine.
 * `double-nat`: it is behind another router. `carrier-nat`: the internet provider shares its
 * address. `router-error`: anything else.
 */
export const PORT_MAPPING_PROBLEMS = [
  'no-router',
  'no-answer',
  'refused',
  'port-taken',
  'router-error',
  'double-nat',
  'carrier-nat',
] as const

/** `unknown`: not yet. `off`: by choice. */
export const PEER_REACH_STATES = ['reachable', 'unreachable', 'unknown', 'off'] as const

/**
 * Why peers can, cannot or may not be able to connect.
 *
 * - `connected`: one from outside has (`reachable`).
 * - `searching`: the routers are being queried (`unknown`).
 * - `mapped`: a router forwards the port, and no peer has connected yet (`unknown`).
 * - `public`: this machine has a public address, and no peer has connected yet: a firewall may
 * block them (`unknown`).
 * - `not-asked`: port mapping is off, and no peer has connected yet (`unknown`).
 * - `test-failed`: a hub on the internet tried to connect and failed (`unreachable`).
 * - `other-address`: others see an address other than that of the router or this machine: a VPN, or
 * another router (`unreachable`).
 * - `no-address`: this machine has no internet address of that family (`unreachable`).
 * - The problems of port mapping (`unreachable`).
 * - `no-port`, `own-machine`, `other-family`, `strict-proxy`: the node accepts no connections, only
 * those of its own machine, only those of the other family, or none because of a strict proxy
 * (`off`).
 * - `strict-proxy-without-udp`: the same, and the proxy does not relay UDP, so the DHT, uTP and UDP
 * trackers are off (`off`).
 */
export const PEER_REACH_REASONS = [
  'connected',
  'searching',
  'mapped',
  'public',
  'not-asked',
  'test-failed',
  'other-address',
  'no-address',
  ...PORT_MAPPING_PROBLEMS,
  'no-port',
  'own-machine',
  'other-family',
  'strict-proxy',
  'strict-proxy-without-udp',
] as const
export type PeerReachReason = (typeof PEER_REACH_REASONS)[number]

export const PortMappingProblem = z.object({
  code: z.enum(PORT_MAPPING_PROBLEMS),
  /** Describes the problem and the remedy. */
  message: z.string(),
})
export type PortMappingProblem = z.infer<typeof PortMappingProblem>

/** A port mapping requested from a router. */
export const PortMapping = z.object({
  transport: z.enum(['tcp', 'udp']),
  /** Address of the router. */
  router: z.string().nullable(),
  /** Null while it is not open. */
  method: z.enum(['pcp', 'nat-pmp', 'upnp']).nullable(),
  internalAddress: z.string(),
  internalPort: z.number().int(),
  /**
   * The address that peers dial. Null while it is not open, or if the router does not report it.
   */
  externalAddress: z.string().nullable(),
  externalPort: z.number().int().nullable(),
  /** When the mapping expires unless the node renews it. Null: never, or not open. */
  expiresMs: z.number().nullable(),
  problem: PortMappingProblem.nullable(),
})
export type PortMapping = z.infer<typeof PortMapping>

/** Whether peers from outside the local network can connect over one address family. */
export const FamilyReach = z.object({
  state: z.enum(PEER_REACH_STATES),
  reason: z.enum(PEER_REACH_REASONS),
  /** The node's address as seen by others. Null while unknown. */
  address: z.string().nullable(),
  /** Port that others dial; 0 if the node accepts no connections. */
  port: z.number().int(),
  /** The last connections from outside: one per transport, such as `tcp` and `utp`. */
  arrivals: z.array(z.object({ transport: z.string(), host: z.string(), atMs: z.number() })),
})
export type FamilyReach = z.infer<typeof FamilyReach>

/**
 * Whether peers from outside the local network can connect: the better verdict of both families.
 */
export const PeerReach = z
  .object({
    state: z.enum(PEER_REACH_STATES),
    reason: z.enum(PEER_REACH_REASONS),
    /** Port that accepts peers; 0 if none does. */
    port: z.number().int(),
    /**
     * Port of the Shoal network, and whether others can connect to it, according to routers and
     * other nodes. Null while it is off.
     */
    network: z.object({ port: z.number().int(), reachable: z.boolean() }).nullable(),
    ipv4: FamilyReach,
    ipv6: FamilyReach,
    mappings: z.array(PortMapping),
  })
  .register(ANSWERS, { id: 'PeerReach' })
export type PeerReach = z.infer<typeof PeerReach>
