import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Failure } from '../../cli/failure.ts'
import type { Access } from '../access/access.ts'
import { takeJson } from '../request/json-parser.ts'
import type { ServerOptions } from '../server.ts'
import { addAccessRoutes, addHealthRoute } from './access.ts'
import { missing } from './missing.ts'
import { addOperations } from './operations.ts'

/** Everything of the node's own that the server answers. */
export function addApi(app: FastifyInstance, { node, access }: ServerOptions): void {
  app.register(async open => {
    takeJson(open)
    addAccessRoutes(open, access)
    addHealthRoute(open, node.operations, access)
  })
  app.register(async closed => {
    closed.addHook('onRequest', request => refuseStrangers(request, access))
    takeJson(closed)
    addOperations(closed, node.operations)
  })
  app.setNotFoundHandler(request => {
    throw missing(request.method, request.url.split('?', 1)[0]!)
  })
}

async function refuseStrangers(request: FastifyRequest, access: Access): Promise<void> {
  if (await access.identify(request)) return
  throw new Failure(
    'unauthorized',
    access.hasPassword
      ? 'log in with user name and password'
      : 'log in with the token: it is in the file token of the node’s data folder',
    { field: 'authorization' },
  )
}
