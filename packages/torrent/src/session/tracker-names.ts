import { ShoalError } from '../base/errors.ts'
import type { AddressFilter } from '../session-api.ts'
import type { ResolveHost } from '../transport/resolve.ts'

/**
 * Resolves the host name of a tracker. Rejects with `refused` if the IP filter blocks all of its
 * addresses.
 */
export async function resolveTracker(
  resolve: ResolveHost,
  { ipFilter, filterTrackers }: { readonly ipFilter: AddressFilter | null; readonly filterTrackers: boolean },
  ...[host, options]: Parameters<ResolveHost>
): ReturnType<ResolveHost> {
  const found = await resolve(host, options)
  if (!ipFilter || !filterTrackers) return found
  const allowed = found.filter(address => !ipFilter.has(address.host))
  if (allowed.length > 0 || found.length === 0) return allowed
  throw new ShoalError(
    'refused',
    `The IP filter blocks ${host}: change the filter, or apply it to peers only`,
  )
}
