import type { Clock } from '../base/clock.ts'
import type { HttpGet } from '../discovery/tracker/http-get.ts'
import type { OpenSocket } from '../discovery/tracker/ws/web-socket.ts'
import type { PortMapper, PortsToMap } from '../port-mapping/port-mapping.ts'
import type { SessionOptions } from '../session-api.ts'
import type { OpenDatagram } from '../transport/datagram.ts'
import type { OpenHttpRanges } from '../transport/http/http-ranges.ts'
import type { ResolveHost } from '../transport/resolve.ts'
import type { RouteFacts } from '../transport/route.ts'
import type { TransportServices } from '../transport/services.ts'
import type { Transport } from '../transport/transport.ts'
import type { RtcFactory } from '../transport/webrtc/rtc.ts'

/** Options that determine how a session reaches the network. */
export interface NetworkOptions extends Pick<SessionOptions, 'proxy' | 'interface'> {
  readonly clock: Clock
}

/** A session's access to the network. */
export interface SessionNetwork {
  /** The route for all traffic; null for the system's own network. */
  readonly route: RouteFacts | null
  /**
   * The platform's transports. A simulation replaces them; an embedder that adds a transport gives
   * `transports`.
   */
  readonly createTransports: (services: TransportServices) => readonly Transport[]
  readonly openDatagram: OpenDatagram
  /** A proxy resolves names itself: then the host of the only result is the name. */
  readonly resolveHost: ResolveHost
  readonly httpGet: HttpGet
  /** Opens connections to WebSocket trackers. */
  readonly openSocket: OpenSocket
  /** Opens WebRTC; called once. `host`: the only address that the session may use. */
  readonly openRtc: (options: { host?: string | undefined }) => Promise<RtcFactory>
  /** Opens the HTTP connections of a web seed. */
  readonly openHttpRanges: OpenHttpRanges
  /**
   * Maps ports at routers, for connections to `host` (undefined: all addresses of this machine).
   * `onChange` is called when the mapper's status may have changed. Returns null if the platform or
   * the route cannot map ports, or `host` is loopback.
   */
  readonly openPortMapper: (options: {
    host: string | undefined
    ports: PortsToMap
    onChange: () => void
  }) => PortMapper | null
}
