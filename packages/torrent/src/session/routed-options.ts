import type { SessionSettings } from '../session-api.ts'
import type { RouteFacts } from '../transport/route.ts'

/** Everything that would bypass a route on which nobody can connect to us. */
const NOT_LISTENING = { port: null, lsd: false, portMapping: false, webrtc: false } satisfies SessionSettings

/** Returns the options without what the session's route rules out, whatever the user asked for. */
export function routedOptions<Options extends SessionSettings>(
  options: Options,
  route: RouteFacts | null,
): Options {
  return route && !route.canListen ? { ...options, ...NOT_LISTENING } : options
}

/** The same for changes: what is ruled out does not change. */
export function routedChanges(changes: SessionSettings, route: RouteFacts | null): SessionSettings {
  if (!route || route.canListen) return changes
  const ruledOut = Object.keys(NOT_LISTENING)
  return Object.fromEntries(Object.entries(changes).filter(([name]) => !ruledOut.includes(name)))
}
