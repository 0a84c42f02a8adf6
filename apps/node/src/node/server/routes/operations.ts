/** Every entry of the table of operations, as a route. */
import {
  type CheckedInputOf,
  type NodeOperations,
  OPEN_OPERATIONS,
  OPERATIONS,
  type OperationName,
} from '@shoal/api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { inputOf } from '../request/input.ts'
import { routePath } from './route-path.ts'

const MIB = 1024 * 1024
const USUAL_LIMIT_BYTES = MIB
/** What carries a .torrent, or a list of very many torrents or files. */
const LIMIT_BYTES: Partial<Record<OperationName, number>> = {
  addTorrent: 45 * MIB,
  previewTorrent: 45 * MIB,
  setPriority: 12 * MIB,
  actOnTorrents: 8 * MIB,
  setTrackers: 4 * MIB,
  setWebSeeds: 4 * MIB,
}

/** Answers an operation's checked input. */
type Answer = (input: never, options: { signal: AbortSignal }) => Promise<unknown>

/** For those of which not everybody who may ask may ask all: rejects to refuse it. */
export type Checks = {
  readonly [Name in OperationName]?: (input: CheckedInputOf<Name>, request: FastifyRequest) => Promise<void>
}

/** Registers all operations but those whose answer depends on who asks. */
export function addOperations(scope: FastifyInstance, operations: NodeOperations, checks: Checks = {}): void {
  const table = operations as unknown as Record<string, Answer>
  for (const name of Object.keys(OPERATIONS) as OperationName[])
    if (!OPEN_OPERATIONS.includes(name))
      addOperation(scope, name, (input, options) => table[name]!(input, options), checks[name] as Check)
}

type Check = ((input: never, request: FastifyRequest) => Promise<void>) | undefined

function addOperation(scope: FastifyInstance, name: OperationName, answer: Answer, check: Check): void {
  const operation = OPERATIONS[name]
  scope.route({
    method: operation.method,
    url: routePath(operation.path),
    bodyLimit: LIMIT_BYTES[name] ?? USUAL_LIMIT_BYTES,
    handler: async (request, reply) => {
      const input = inputOf(operation, request) as never
      await check?.(input, request)
      return answer(input, { signal: leaving(reply) })
    },
  })
}

/** Aborts when the client leaves before it has its answer. */
export function leaving(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new DOMException('the client left', 'AbortError'))
  })
  return controller.signal
}
