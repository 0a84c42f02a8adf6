import { ClientMessage } from '@shoal/api'
import { checkInput, parseJson } from '@shoal/daemon/http'
import type { EventClient, EventSink } from './event-client.ts'
import type { Line } from './lines.ts'
import { lowerId, subscribeIfThere } from './topics.ts'

/** The part of the library's WebSocket that is used here; the library has no types. */
export interface TextSocket {
  readonly bufferedAmount: number
  send(text: string, written: () => void): void
  ping(): void
  close(code: number, reason: string): void
  terminate(): void
  on(event: 'message', listener: (data: Buffer, binary: boolean) => void): unknown
  on(event: 'pong' | 'close', listener: () => void): unknown
}

/** RFC 6455 section 7.4.1: the message violates the protocol. */
const POLICY_VIOLATION = 1008

export function serveSocket(
  socket: TextSocket,
  join: (sink: EventSink) => EventClient,
  keep: (line: Line) => () => void,
): void {
  const client = join({
    get bufferedBytes() {
      return socket.bufferedAmount
    },
    send: (text, written) => socket.send(text, written),
  })
  let alive = true
  const forget = keep({
    beat: () => {
      if (!alive) return socket.terminate()
      alive = false
      socket.ping()
    },
    end: () => socket.terminate(),
  })
  socket.on('pong', () => {
    alive = true
  })
  socket.on('message', (data, binary) => {
    const problem = binary ? 'send text' : problemWith(data, client)
    if (problem !== null) socket.close(POLICY_VIOLATION, problem.slice(0, 100))
  })
  socket.on('close', () => {
    forget()
    client.close()
  })
}

/** Handles a request of the client. Returns what was wrong with the message, or null. */
function problemWith(data: Buffer, client: EventClient): string | null {
  try {
    const { subscribe = [], unsubscribe = [] } = checkInput(ClientMessage, parseJson(data))
    for (const topic of unsubscribe) client.unsubscribe(lowerId(topic))
    for (const topic of subscribe) subscribeIfThere(client, lowerId(topic))
    return null
  } catch (error) {
    const { message, field = 'message' } = error as { message: string; field?: string }
    return `${field}: ${message}`.replace(/[^\x20-\x7e]/g, '?')
  }
}
