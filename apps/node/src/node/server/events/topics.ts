import type { Topic } from '@shoal/api'
import type { EventClient } from './event-client.ts'

/** A torrent's id can be given in capitals. */
export function lowerId(topic: string): Topic {
  return (topic.startsWith('torrent:') ? topic.toLowerCase() : topic) as Topic
}

/** A torrent that was removed in the meantime has no events. */
export function subscribeIfThere(client: EventClient, topic: Topic): void {
  try {
    client.subscribe(topic)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'not-found') throw error
  }
}
