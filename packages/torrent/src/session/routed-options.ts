import type { SessionSettings } from '../session-api.ts'
import type { RouteFacts } from '../transport/route.ts'
import type { Torrent } from './torrent/torrent.ts'

/** Everything that would bypass a route without incoming connections. */
const NOT_LISTENING = { port: null, lsd: false, portMapping: false } satisfies SessionSettings
const NO_WEBRTC = { webrtc: false } satisfies SessionSettings

function ruledOut(route: RouteFacts | null): SessionSettings {
  if (!route) return {}
  return { ...(!route.canListen && NOT_LISTENING), ...(!route.carriesWebrtc && NO_WEBRTC) }
}

/**
 * Returns the options without those that the session's route rules out, even if the user requested
 * them.
 */
export function routedOptions<Options extends SessionSettings>(
  options: Options,
  route: RouteFacts | null,
): Options {
  return { ...options, ...ruledOut(route) }
}

/** The same for changes: options that are ruled out do not change. */
export function routedChanges(changes: SessionSettings, route: RouteFacts | null): SessionSettings {
  const fixed = Object.keys(ruledOut(route))
  return Object.fromEntries(Object.entries(changes).filter(([name]) => !fixed.includes(name)))
}

/** Why nothing can be transferred, as a list for the session's problems. */
export function routeProblems(route: RouteFacts | null): readonly string[] {
  const problem = route?.health.problem ?? null
  return problem === null ? [] : [problem]
}

/** The part of a session that depends on whether its route works. */
interface RoutedSession {
  readonly torrents: readonly Torrent[]
  networkChanged(): void
}

/**
 * Uses a route as soon as it works again. Peers behind a lost route would otherwise be waited for
 * until they time out.
 */
export function followRoute(route: RouteFacts | null, session: RoutedSession): void {
  route?.health.onChange(() => {
    const swarms = session.torrents.flatMap(({ phases }) => phases.network.swarm ?? [])
    if (route.health.problem === null) {
      session.networkChanged()
      for (const { pool } of swarms) pool.expedite()
    } else if (route.endsConnections)
      for (const { peers } of swarms) for (const peer of [...peers.values()]) peer.close()
  })
}
