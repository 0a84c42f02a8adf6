import { isForeseen } from '@shoal/node/node/server/compat/call.ts'
import type { Arguments } from './arguments.ts'
import type { Method, RpcContext } from './context.ts'
import { RpcFailure } from './rpc-failure.ts'
import { SESSION_METHODS } from './session.ts'
import { ACTION_METHODS } from './torrent-actions.ts'
import { torrentAdd } from './torrent-add.ts'
import { torrentGet } from './torrent-get.ts'
import { torrentSet } from './torrent-set.ts'

/** By name. */
export const METHODS: ReadonlyMap<string, Method> = new Map([
  ...Object.entries(ACTION_METHODS),
  ...Object.entries(SESSION_METHODS),
  ['torrent-get', torrentGet],
  ['torrent-add', torrentAdd],
  ['torrent-set', torrentSet],
])

export interface RpcAnswer {
  /** `success`, or what was wrong. */
  readonly result: string
  readonly arguments: Record<string, unknown>
  readonly tag?: number
}

/** Answers one request (rpc-spec 2). Never rejects: `result` contains the error. */
export async function answerRpc(request: unknown, context: RpcContext): Promise<RpcAnswer> {
  const { method, arguments: args = {}, tag } = (isObject(request) ? request : {}) as Record<string, unknown>
  const echoed = typeof tag === 'number' ? { tag } : {}
  const known = typeof method === 'string' ? METHODS.get(method) : undefined
  if (!known) return { arguments: {}, result: 'method name not recognized', ...echoed }
  if (!isObject(args)) return { arguments: {}, result: 'arguments is not an object', ...echoed }
  try {
    const answer = await known(args as Arguments, context)
    return { arguments: answer ?? {}, result: 'success', ...echoed }
  } catch (error) {
    const given = error instanceof RpcFailure ? error.arguments : {}
    return { arguments: given, result: describeError(error, String(method), context), ...echoed }
  }
}

function describeError(error: unknown, method: string, { node }: RpcContext): string {
  const { message, stack } = error as Error
  if (isForeseen(error)) return message
  node.log.error(`Transmission's ${method} failed: ${stack ?? message}`)
  return 'internal error: see the log of Shoal'
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
