import { z } from 'zod'
import type { Contract } from './contract.ts'
import { ALL_CONTRACTS } from './operations.ts'
import { ANSWERS } from './schemas/names.ts'

type EventsIn<Each> = Each extends { readonly events: infer Events } ? Events : never
type AllEvents = EventsIn<(typeof ALL_CONTRACTS)[number]>
type TopicsIn<Events> = Events extends { readonly topics: infer Topics } ? Topics : never
type NameIn<Topics> = Topics extends unknown ? keyof Topics & string : never
type TypeIn<Topics> = Topics extends Readonly<Record<string, readonly (infer Type)[]>> ? Type : never
type EveryoneIn<Events> = Events extends { readonly everyone: readonly (infer Type)[] } ? Type : never

type TopicName = NameIn<TopicsIn<AllEvents>>
/** A topic that clients can subscribe to: `torrents`, or `torrent:` with an id. */
export type Topic = TopicName extends infer Name
  ? Name extends `${infer Family}:ID`
    ? `${Family}:${string}`
    : Name
  : never
/** Default topics of a client. */
export const USUAL_TOPICS: readonly Topic[] = ['torrents', 'stats', 'jobs', 'labels']

const contracts: readonly Contract[] = ALL_CONTRACTS

/**
 * Events that a node sends, as JSON: over a WebSocket or as server-sent events, both at
 * `/api/events?topics=torrents,stats`. A WebSocket accepts `{ "subscribe": ["log"] }` and `{
 * "unsubscribe": ["log"] }` later. The page of one torrent subscribes to `torrent:ID`.
 */
export const NodeEvent = z
  .discriminatedUnion(
    'type',
    contracts.flatMap(({ events }) => [
      ...Object.values(events?.topics ?? {}).flat(),
      ...(events?.everyone ?? []),
    ]) as unknown as [TypeIn<TopicsIn<AllEvents>> | EveryoneIn<AllEvents>],
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
