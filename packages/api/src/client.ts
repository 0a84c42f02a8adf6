/**
 * Typed client. It needs the routes of the operations but not their schemas, so that pure client
 * programs load quickly.
 */
import { ApiError } from './api-error.ts'
import type { CallOptions, Operation } from './contract.ts'
import type { NodeApi, OperationName } from './operations.ts'
import { toRequest } from './request.ts'
import { ROUTES } from './routes.ts'
import type { Problem } from './schemas/common.ts'

export interface ClientOptions {
  /** For example `http://127.0.0.1:8420`. Default: the node that serves the page. */
  readonly url?: string
  /** The node's token. A logged-in page needs none, since it has a cookie. */
  readonly token?: string
  /** User name and password, if the node has them. */
  readonly password?: { readonly username: string; readonly password: string }
  readonly fetch?: typeof fetch
  /** Error message if no node answers. */
  readonly unreachable?: string
}

/**
 * Connects to a node over HTTP. Calls reject with an ApiError (`unreachable` if no node answers) or
 * with the signal's reason.
 */
export function connectNode(options: ClientOptions = {}): NodeApi {
  return connectRoutes<NodeApi>(ROUTES, options)
}

/** Creates a NodeApi that passes all calls to one function. */
export function createApi(
  call: (name: OperationName, input: Record<string, unknown>, options?: CallOptions) => Promise<unknown>,
): NodeApi {
  return callsOf<NodeApi>(ROUTES, call)
}

type Route = Pick<Operation, 'method' | 'path'>

/** Creates the client of any server whose operations have these routes. */
export function connectRoutes<Api>(
  routes: Readonly<Record<keyof Api & string, Route>>,
  options: ClientOptions,
): Api {
  return callsOf<Api>(routes, (name, input, { signal } = {}) => send(options, routes[name], input, signal))
}

function callsOf<Api>(
  routes: Readonly<Record<keyof Api & string, Route>>,
  call: (name: keyof Api & string, input: Record<string, unknown>, options?: CallOptions) => Promise<unknown>,
): Api {
  const names = Object.keys(routes) as (keyof Api & string)[]
  const entries = names.map(name => [
    name,
    (input: Record<string, unknown>, options?: CallOptions) => call(name, input, options),
  ])
  return Object.fromEntries(entries) as Api
}

async function send(
  options: ClientOptions,
  route: Route,
  input: Record<string, unknown>,
  signal?: AbortSignal,
): Promise<unknown> {
  const { method, target, body } = toRequest(route, input)
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
      options.unreachable ??
        `no node answers at ${options.url ?? 'this address'}: is it running? shoal start starts it`,
    )
  })
  return readAnswer(response)
}

/** Returns the `Authorization` header of RFC 6750 (token) or RFC 7617 (password). */
export function authorization({ token, password }: ClientOptions): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` }
  if (!password) return {}
  const bytes = new TextEncoder().encode(`${password.username}:${password.password}`)
  return { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` }
}

/** Parses the JSON of a response. Throws an ApiError for a refusal. */
export async function readAnswer(response: Response): Promise<unknown> {
  const value = (await response.json().catch(() => null)) as unknown
  if (response.ok && value !== null) return value
  const { code, message, field } = (value as Problem | null)?.error ?? {
    code: 'bad-answer',
    message: `the response (status ${response.status}) is not from a node: is another program at this address?`,
  }
  const retryAfterSeconds = readRetryAfter(response)
  throw new ApiError(code, message, { status: response.status, field, retryAfterSeconds })
}

/** RFC 9110 section 10.2.3, without dates, which neither nodes nor hubs send. */
function readRetryAfter({ headers }: Response): number | undefined {
  const text = headers.get('retry-after')
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : undefined
}
