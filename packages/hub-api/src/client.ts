/** The typed client of a hub. It does not load the schemas. */
import { connectRoutes } from '@shoal/api/client'
import type { HubApi } from './operations.ts'
import { HUB_ROUTES } from './routes.ts'

export type { HubApi } from './operations.ts'

export interface HubClientOptions {
  /** Such as `https://hub.example.org`. Default: the hub that serves the page. */
  readonly url?: string
  /** The secret of a session. A page that is logged in needs none, since it has a cookie. */
  readonly session?: string
  readonly fetch?: typeof fetch
  /** Message of the error if no hub answers. */
  readonly unreachable?: string
}

/** Connects to a hub over HTTP. Calls reject with an ApiError (`unreachable` if no hub answers) or with the signal's reason. */
export function connectHub({ url, session, fetch, unreachable }: HubClientOptions = {}): HubApi {
  return connectRoutes<HubApi>(HUB_ROUTES, {
    unreachable: unreachable ?? `no hub answers at ${url ?? 'this address'}`,
    ...(url !== undefined && { url: url.replace(/\/$/, '') }),
    ...(session !== undefined && { token: session }),
    ...(fetch && { fetch }),
  })
}
