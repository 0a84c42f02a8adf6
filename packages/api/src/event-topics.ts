/**
 * Which clients receive an event, and which responses it invalidates: for programs that do not load
 * the contracts.
 */
import { OUTDATED_BY, TOPICS } from './event-names.ts'
import type { NodeEvent, Topic } from './events.ts'
import type { OperationName } from './operations.ts'

export { OUTDATED_BY, TOPICS }

/**
 * Topics for a client that keeps responses of any operation up to date, in addition to those whose
 * events it reads itself.
 */
export function topicsOf(types: readonly NodeEvent['type'][]): readonly Topic[] {
  const wanted = new Set([...types, ...Object.values(OUTDATED_BY).flat()])
  const names = Object.entries(TOPICS).filter(
    ([name, sent]) => !isFamily(name) && sent.some(type => wanted.has(type)),
  )
  return names.map(([name]) => name as Topic)
}

/**
 * Returns the topic whose subscribers receive an event; null for events that all clients receive.
 */
export function topicOf(event: NodeEvent): Topic | null {
  const entry = Object.entries(TOPICS).find(([, types]) => (types as readonly string[]).includes(event.type))
  if (!entry) return null
  const [name] = entry
  return (isFamily(name) ? name.replace('ID', (event as { readonly id: string }).id) : name) as Topic
}

/** Returns whether a name is a pattern of topics, one per object, such as `torrent:ID`. */
export function isFamily(name: string): boolean {
  return name.endsWith(':ID')
}

/**
 * Returns whether an event invalidates an operation's response to an input. A member that both
 * share narrows it, unless the event's is null: `{ type: 'torrent', id }` invalidates responses
 * about one torrent.
 */
export function isOutdated(name: OperationName, input: object, event: NodeEvent): boolean {
  if (!OUTDATED_BY[name]?.includes(event.type)) return false
  const told = event as Readonly<Record<string, unknown>>
  return Object.entries(input).every(
    ([member, value]) => told[member] === undefined || told[member] === null || told[member] === value,
  )
}
