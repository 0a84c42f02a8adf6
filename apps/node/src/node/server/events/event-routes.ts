/** `/api/events`: the node's events, over a WebSocket or as server-sent events. */
import websocket from '@fastify/websocket'
import { BYTE_ROUTES, type Topic, USUAL_TOPICS } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { badRequest, byteInput } from '@shoal/daemon/http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RunningNode } from '../../kernel/contract.ts'
import type { Access } from '../access/access.ts'
import { EventClient, type EventSink } from './event-client.ts'
import type { Line, Lines } from './lines.ts'
import { serveSocket } from './socket.ts'
import { serveStream } from './stream.ts'
import { lowerId, subscribeIfThere } from './topics.ts'

const MAX_MESSAGE_BYTES = 16 * 1024
const MAX_CLIENTS = 1000

/** For the outermost scope: must be registered before all routes with WebSockets. */
export async function allowWebSockets(app: FastifyInstance, lines: Lines): Promise<void> {
  app.register(websocket, {
    options: { maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false },
    errorHandler: (_error, socket) => socket.terminate(),
    preClose: function (this: FastifyInstance, done: () => void) {
      lines.close()
      this.websocketServer.close(() => {})
      done()
    },
  })
}

export interface EventParts {
  readonly node: RunningNode
  readonly access: Access
  readonly lines: Lines
}

export function addEventRoute(scope: FastifyInstance, { node, access, lines }: EventParts): void {
  const join = (sink: EventSink, request: FastifyRequest) => {
    const client = new EventClient(sink, node.events, node.startedMs)
    for (const topic of readTopics(request)) subscribeIfThere(client, topic)
    return client
  }
  const keeping = (request: FastifyRequest) => (line: Line) => {
    const forgetters = [lines.add(line), access.lasting.add(access.sessionOf(request), () => line.end())]
    return () => {
      for (const forget of forgetters) forget()
    }
  }
  scope.route({
    method: 'GET',
    url: BYTE_ROUTES.getEvents.path,
    exposeHeadRoute: false,
    config: { webSocket: true },
    // Before the upgrade: a WebSocket cannot report an error in our format.
    preHandler: async request => {
      checkSocketHeaders(request)
      if (lines.size >= MAX_CLIENTS)
        throw new Failure('too-many-clients', `${MAX_CLIENTS} clients are already connected: close some`)
      for (const topic of readTopics(request)) node.events.subscribe(topic, () => {})()
    },
    handler: async (request, reply) => serveStream(reply, sink => join(sink, request), keeping(request)),
    wsHandler: (socket, request) => serveSocket(socket, sink => join(sink, request), keeping(request)),
  })
}

function readTopics(request: FastifyRequest): readonly Topic[] {
  const { topics } = byteInput(BYTE_ROUTES.getEvents, request)
  if (topics === undefined) return USUAL_TOPICS
  return [...new Set(topics.split(','))].filter(topic => topic !== '').map(lowerId)
}

// RFC 6455 section 4.2.1. The library would reject these without our error format.
function checkSocketHeaders({ headers, ws }: FastifyRequest): void {
  if (!ws) return
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? ''))
    throw badRequest('sec-websocket-key', 'it must be 16 bytes in base64')
  if (headers['sec-websocket-version'] !== '13') throw badRequest('sec-websocket-version', 'it must be 13')
  // No subprotocols, and no extensions.
  delete headers['sec-websocket-protocol']
  delete headers['sec-websocket-extensions']
}
