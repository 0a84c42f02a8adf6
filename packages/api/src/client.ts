import { ApiError } from './api-error.ts'
import { type CallOptions, type NodeApi, OPERATIONS, type OperationName } from './operations.ts'
import { requestOf } from './request.ts'
import type { Problem } from './schemas/common.ts'

export interface ClientOptions {
  /** `http://127.0.0.1:8420`; empty in a page that the node itself serves. */
  readonly url?: string
  /** The node's token. A page needs none: it has a cookie. */
  readonly token?: string
  /** User name and password, for a node where these are set. */
  readonly password?: { readonly username: string; readonly password: string }
  readonly fetch?: typeof fetch
}

/** A node over HTTP. Every call rejects with an ApiError, `unreachable` when no node answers, or with the signal's reason. */
export function connectNode(options: ClientOptions = {}): NodeApi {
  const call =
    (name: OperationName) =>
    (input: Record<string, unknown>, { signal }: CallOptions = {}) =>
      send(options, name, input, signal)
  return Object.fromEntries(
    (Object.keys(OPERATIONS) as OperationName[]).map(name => [name, call(name)]),
  ) as unknown as NodeApi
}

async function send(
  options: ClientOptions,
  name: OperationName,
  input: Record<string, unknown>,
  signal?: AbortSignal,
): Promise<unknown> {
  const { method, target, body } = requestOf(OPERATIONS[name], input)
  const response = await (options.fetch ?? fetch)(`${options.url ?? ''}${target}`, {
    method,
    headers: {
      accept: 'application/json',
      ...authorization(options),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    ...(signal ? { signal } : {}),
  }).catch(error => {
    if (signal?.aborted) throw error
    throw new ApiError(
      'unreachable',
      `no node answers at ${options.url ?? 'this address'}: is it running? shoal start starts it`,
    )
  })
  return readAnswer(response)
}

/** The `Authorization` header of RFC 6750 (token) or RFC 7617 (password). */
export function authorization({ token, password }: ClientOptions): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` }
  if (!password) return {}
  const bytes = new TextEncoder().encode(`${password.username}:${password.password}`)
  return { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` }
}

/** The JSON of an answer. Throws an ApiError for a refusal. */
export async function readAnswer(response: Response): Promise<unknown> {
  const value = (await response.json().catch(() => null)) as unknown
  if (response.ok && value !== null) return value
  const { code, message, field } = (value as Problem | null)?.error ?? {
    code: 'bad-answer',
    message: `the answer (status ${response.status}) is not a node’s: is something else at this address?`,
  }
  throw new ApiError(code, message, { status: response.status, field })
}
