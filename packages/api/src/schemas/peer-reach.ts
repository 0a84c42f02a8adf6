import { z } from 'zod'
import { ANSWERS } from './names.ts'

/**
 * Whether peers from outside the local network can connect.
 *
 * - `reached`: one has, since the node started.
 * - `mapped`: a router lets them through, and none has connected yet.
 * - `searching`: the routers were asked just now.
 * - `closed`: no router lets them through; `problem` says why.
 * - `unknown`: no router is asked, because it is off or this machine has a public address, and none has connected yet.
 * - `off`: the node accepts peers from its own machine only, or none at all.
 */
export const PEER_REACH_STATES = ['reached', 'mapped', 'searching', 'closed', 'unknown', 'off'] as const

/**
 * Why a port is not open. `no-router`: there is none. `no-answer`: it answers neither PCP, NAT-PMP nor UPnP. `refused`: it forbids it. `port-taken`:
 * every port that was tried belongs to another machine. `double-nat`: another router is before it. `carrier-nat`: the internet provider shares its
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

export const PortMappingProblem = z.object({
  code: z.enum(PORT_MAPPING_PROBLEMS),
  /** Says what is wrong and what to do. */
  message: z.string(),
})
export type PortMappingProblem = z.infer<typeof PortMappingProblem>

/** A port that a router was asked to open. */
export const PortMapping = z.object({
  transport: z.enum(['tcp', 'udp']),
  /** Address of the router. */
  router: z.string().nullable(),
  /** Null while it is not open. */
  method: z.enum(['pcp', 'nat-pmp', 'upnp']).nullable(),
  internalAddress: z.string(),
  internalPort: z.number().int(),
  /** The address that peers dial. Null while it is not open, or if the router does not tell. */
  externalAddress: z.string().nullable(),
  externalPort: z.number().int().nullable(),
  /** When the router forgets it unless the node renews it. Null: never, or not open. */
  expiresMs: z.number().nullable(),
  problem: PortMappingProblem.nullable(),
})
export type PortMapping = z.infer<typeof PortMapping>

export const PeerReach = z
  .object({
    state: z.enum(PEER_REACH_STATES),
    /** Port that accepts peers; 0 if none does. */
    port: z.number().int(),
    /** Set in the state `closed`. */
    problem: PortMappingProblem.nullable(),
    mappings: z.array(PortMapping),
  })
  .register(ANSWERS, { id: 'PeerReach' })
export type PeerReach = z.infer<typeof PeerReach>
