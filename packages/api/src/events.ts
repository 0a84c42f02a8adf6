import { z } from 'zod'
import type { Contract } from './contract.ts'
import { ALL_CONTRACTS } from './operations.ts'
import { ANSWERS } from './schemas/names.ts'

type EventsIn<Each> = Each extends { readonly events: infer Events } ? Events : never
type AllEvents = EventsIn<(typeof ALL_CONTRACTS)[number]>
type TopicIn<Events> = Events extends { readonly topics: readonly (infer Name)[] } ? Name : never
type TypeIn<Events> = Events extends { readonly types: readonly (infer Type)[] } ? Type : never

const contracts: readonly Contract[] = ALL_CONTRACTS

export const TOPICS = contracts.flatMap(({ events }) => events?.topics ?? []) as readonly TopicIn<AllEvents>[]
export type Topic = (typeof TOPICS)[number] | `torrent:${string}`
/** The topics of a client that names none. */
export const USUAL_TOPICS: readonly Topic[] = ['torrents', 'stats', 'jobs', 'labels']

/**
 * Events that a node sends, as JSON: over a WebSocket or as server-sent events, both at `/api/events?topics=torrents,stats`. A
 * WebSocket takes `{ "subscribe": ["log"] }` and `{ "unsubscribe": ["log"] }` later. The page of one torrent subscribes to `torrent:ID`.
 */
export const NodeEvent = z
  .discriminatedUnion(
    'type',
    contracts.flatMap(({ events }) => events?.types ?? []) as unknown as [TypeIn<AllEvents>],
  )
  .register(ANSWERS, { id: 'NodeEvent' })
export type NodeEvent = z.infer<typeof NodeEvent>
export type EventOf<Type extends NodeEvent['type']> = Extract<NodeEvent, { type: Type }>

export const ClientMessage = z
  .object({
    subscribe: z.array(z.string().max(100)).max(100).optional(),
    unsubscribe: z.array(z.string().max(100)).max(100).optional(),
  })
  .strict()
