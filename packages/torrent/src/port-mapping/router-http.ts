import type { RouterUrl } from './router-url.ts'

interface RouterRequest {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Our address to connect from: routers accept mappings only for the requesting address. */
  readonly localAddress: string
  /** Maximum size of an accepted body. */
  readonly maxBytes: number
}

interface RouterAnswer {
  readonly status: number
  readonly body: Uint8Array
}

/**
 * Sends one request over a connection of its own. Follows no redirects, resolves no names. Rejects
 * with a ShoalError: `unreachable`, `too-large`, `bad-message`; or with the signal's reason.
 */
export type RouterHttp = (
  url: RouterUrl,
  request: RouterRequest,
  signal: AbortSignal,
) => Promise<RouterAnswer>
