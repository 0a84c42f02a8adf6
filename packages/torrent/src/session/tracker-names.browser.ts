import type { ResolveHost } from '../transport/resolve.ts'

/** Pages resolve no names. */
export function resolveTracker(
  resolve: ResolveHost,
  _settings: unknown,
  ...[host, options]: Parameters<ResolveHost>
): ReturnType<ResolveHost> {
  return resolve(host, options)
}
