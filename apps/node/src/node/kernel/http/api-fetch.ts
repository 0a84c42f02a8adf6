/** `fetch` over the node's route, with limits, for clients of other servers' APIs. */
import { readBody, sendRequest } from '@shoal/torrent/http'
import type { Route } from '@shoal/torrent/route'

/** Maximum time for a request including its answer. */
const LIMIT_MS = 30_000

export interface ApiFetchOptions {
  /** The route to the server. Null: the system's default. */
  readonly route: Route | null
  readonly userAgent: string
  readonly maxBytes: number
  /** Aborts all requests. */
  readonly signal: AbortSignal
}

/**
 * Returns a `fetch` for clients that send text and read JSON. It follows no redirects, since
 * requests carry secrets, and rejects bodies of more than `maxBytes` bytes and answers that take
 * more than 30 seconds.
 */
export function apiFetch({ route, userAgent, maxBytes, signal: ends }: ApiFetchOptions): typeof fetch {
  return async (input, { method = 'GET', headers, body, signal } = {}) => {
    const limits = AbortSignal.any([ends, AbortSignal.timeout(LIMIT_MS), ...(signal ? [signal] : [])])
    const url = new URL(String(input))
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const [routed] = route ? await route.resolveHost(host, { signal: limits }) : []
    const answer = await sendRequest(url, {
      method,
      headers: {
        ...(!route?.isAnonymous && { 'user-agent': userAgent }),
        'accept-encoding': 'identity',
        ...(headers as Record<string, string>),
      },
      ...(typeof body === 'string' && { body }),
      signal: limits,
      ...(route && routed && { connect: ({ port }, how) => route.connect({ host: routed.host, port }, how) }),
    })
    const bytes = await readBody(answer, maxBytes, limits)
    if (!bytes) throw new Error(`the answer has more than ${maxBytes} bytes`)
    const status = answer.statusCode ?? 0
    const ok = status >= 200 && status < 300
    // API clients read nothing else.
    const json = async () => JSON.parse(Buffer.from(bytes).toString()) as unknown
    const retryAfter = answer.headers['retry-after']
    const readable = new Headers(retryAfter === undefined ? {} : { 'retry-after': retryAfter })
    return { ok, status, headers: readable, json } as Response
  }
}
