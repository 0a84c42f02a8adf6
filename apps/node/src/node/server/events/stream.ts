/** Server-sent events (HTML Standard, section 9.2). */
import type { FastifyReply } from 'fastify'
import type { EventClient, EventSink } from './event-client.ts'
import type { Line } from './lines.ts'

/** How long a client waits before it reconnects. */
const RETRY_MS = 3000

export function serveStream(
  reply: FastifyReply,
  join: (sink: EventSink) => EventClient,
  keep: (line: Line) => () => void,
): void {
  const { raw } = reply
  reply.hijack()
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    // Proxies would buffer otherwise.
    'x-accel-buffering': 'no',
  })
  raw.write(`retry: ${RETRY_MS}\n\n`)
  const client = join({
    get bufferedBytes() {
      return raw.writableLength
    },
    send: (text, written) => void raw.write(`data: ${text}\n\n`, written),
  })
  const forget = keep({ beat: () => void raw.write(':\n\n'), end: () => raw.destroy() })
  raw.on('close', () => {
    forget()
    client.close()
  })
}
