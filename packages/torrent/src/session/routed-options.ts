import type { SessionSettings } from '../session-api.ts'
import type { RouteFacts } from '../transport/route.ts'

/** Everything that would bypass a route on which nobody can connect to us. */
const NOT_LISTENING = { port: null, lsd: false, portMapping: false } satisfies SessionSettings
const NO_WEBRTC = { webrtc: false } satisfies SessionSettings

function ruledOut(route: RouteFacts | null): SessionSettings {
  if (!route) return {}
  return { ...(!route.canListen && NOT_LISTENING), ...(!route.carriesWebrtc && NO_WEBRTC) }
}

/** Returns the options without what the session's route rules out, whatever the user asked for. */
export function routedOptions<Options extends SessionSettings>(
  options: Options,
  route: RouteFacts | null,
): Options {
  return { ...options, ...ruledOut(route) }
}

/** The same for changes: what is ruled out does not change. */
export function routedChanges(changes: SessionSettings, route: RouteFacts | null): SessionSettings {
  const fixed = Object.keys(ruledOut(route))
  return Object.fromEntries(Object.entries(changes).filter(([name]) => !fixed.includes(name)))
}
