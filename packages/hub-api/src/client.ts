/** Typed client of a hub. It does not load the schemas. */
import { connectRoutes } from '@shoal/api/client'
import type { HubApi } from './operations.ts'
import { HUB_ROUTES } from './routes.ts'

export type { HubApi } from './operations.ts'

export interface HubClientOptions {
  /** For example `https://hub.example.org`. Default: the hub that serves the page. */
  readonly url?: string
  /** Session secret. A logged-in page needs none, since it has a cookie. */
  readonly session?: string
  readonly fetch?: typeof fetch
  /** Error message if no hub answers. */
  readonly unreachable?: string
}

/**
 * Connects to a hub over HTTP. Calls reject with an ApiError (`unreachable` if no hub answers) or
 * with the signal's reason.
 */
export function connectHub({ url, session, fetch, unreachable }: HubClientOptions = {}): HubApi {
  return connectRoutes<HubApi>(HUB_ROUTES, {
    unreachable: unreachable ?? `no hub answers at ${url ?? 'this address'}`,
    ...(url !== undefined && { url: url.replace(/\/$/, '') }),
    ...(session !== undefined && { token: session }),
    ...(fetch && { fetch }),
  })
}
