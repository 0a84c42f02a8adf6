/** All the routes of the node's own API. */

import { Failure } from '@shoal/daemon/failure'
import { type Hosts, markAuthenticated, type RequestMetrics, takeJson } from '@shoal/daemon/http'
import { isLoopback } from '@shoal/torrent/local-address'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RunningNode } from '../../kernel/contract.ts'
import type { Access, Identity } from '../access/access.ts'
import { FileKeys } from '../access/file-key.ts'
import { addEventRoute } from '../events/event-routes.ts'
import type { Lines } from '../events/lines.ts'
import { addMetricsRoute } from '../metrics/metrics-route.ts'
import { addAccessRoutes, addHealthRoute, addSessionRoutes, keepLogin } from './access.ts'
import { addDescriptionRoute } from './description.ts'
import { addFileRoute, addSealedFileRoute } from './files.ts'
import { addOperations } from './operations.ts'
import { addPlaylistRoute } from './playlist.ts'
import { addMetainfoRoute, addTorrentUploadRoute } from './torrent-bytes.ts'
import { addUploadFileRoute } from './upload-files.ts'

export interface ApiParts {
  readonly node: RunningNode
  readonly access: Access
  readonly hosts: Hosts
  readonly lines: Lines
  readonly requests: RequestMetrics
}

export function addApi(app: FastifyInstance, { node, access, hosts, lines, requests }: ApiParts): void {
  const { operations, files } = node
  const keys = new FileKeys()
  app.register(async scope => {
    takeJson(scope)
    addAccessRoutes(scope, { access, hosts })
    addHealthRoute(scope, operations, access)
  })
  app.register(async scope => {
    scope.addHook('onRequest', async request => {
      if (hasKey(request, keys)) markAuthenticated(request.raw)
      else await refuseStrangers(request, access)
    })
    takeJson(scope)
    addFileRoute(scope, files, access)
  })
  app.register(async scope => {
    const owners = new WeakSet<FastifyRequest>()
    const senders = new WeakMap<FastifyRequest, Identity>()
    scope.addHook('onRequest', async request => {
      const sender = await refuseStrangers(request, access)
      senders.set(request, sender)
      if (access.provesToken(sender)) owners.add(request)
    })
    const operationsFor = (request: FastifyRequest) => {
      if (!owners.has(request)) return node.guestOperations
      return isLoopback(request.ip) ? operations : node.remoteOperations
    }
    takeJson(scope)
    addOperations(scope, {
      operationsFor,
      sessionOf: request => access.sessionOf(request),
      keepLogin: (request, reply) => keepLogin(access, request, reply),
      async provePassword(request, present) {
        // A request with the password has just proved it.
        if (senders.get(request)!.by !== 'password') await access.requirePassword(present, request)
      },
      capabilities: node.capabilities,
    })
    addSessionRoutes(scope, { access, hosts, senderOf: request => senders.get(request)! })
    addMetainfoRoute(scope, node)
    addSealedFileRoute(scope, files, access)
    addPlaylistRoute(scope, operations, keys)
    addDescriptionRoute(scope, node.capabilities)
    addEventRoute(scope, { node, access, lines })
    addMetricsRoute(scope, { node, requests, eventClients: () => lines.size })
    scope.register(async upload => addTorrentUploadRoute(upload, operationsFor))
    scope.register(async upload => addUploadFileRoute(upload, files))
  })
}

async function refuseStrangers(request: FastifyRequest, access: Access): Promise<Identity> {
  const identity = await access.identify(request)
  if (identity) {
    markAuthenticated(request.raw)
    return identity
  }
  throw new Failure(
    'unauthorized',
    access.hasPassword
      ? 'log in with user name and password'
      : 'log in with the token: it is in the file token of the node’s data folder',
    { field: 'authorization' },
  )
}

function hasKey({ query, params }: FastifyRequest, keys: FileKeys): boolean {
  const { key } = query as Record<string, unknown>
  const { id } = params as Record<string, string>
  return typeof key === 'string' && id !== undefined && keys.opens(key, id)
}
