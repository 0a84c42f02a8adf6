/** libp2p transports and their names on the screen. */

const TRANSPORTS: readonly (readonly [RegExp, string])[] = [
  [/\/webrtc-direct(?:\/|$)/, 'WebRTC'],
  [/\/webrtc(?:\/|$)/, 'WebRTC'],
  [/\/(?:ws|wss)(?:\/|$)/, 'WebSocket'],
  [/\/quic(?:-v1)?(?:\/|$)/, 'QUIC'],
  [/\/tcp\//, 'TCP'],
  [/\/udp\//, 'UDP'],
]

export interface AddressParts {
  /** `203.0.113.7:6882`. The address itself if it does not contain a host and a port. */
  readonly place: string
  /** Such as `TCP`; empty if it is unknown. */
  readonly transport: string
  /** PeerId of the relay; null if there is none. */
  readonly relay: string | null
}

/** Splits `/ip4/203.0.113.7/tcp/6882/ws/p2p/12D3Koo…` (multiformats/multiaddr). */
export function addressParts(address: string): AddressParts {
  const [, family, host, port] =
    /^\/(ip4|ip6|dns|dns4|dns6)\/([^/]+)(?:\/ipcidr\/\d+)?\/(?:tcp|udp)\/(\d+)/.exec(address) ?? []
  const place = host === undefined ? address : `${family === 'ip6' ? `[${host}]` : host}:${port}`
  const relay = /\/p2p\/([^/]+)\/p2p-circuit/.exec(address)?.[1] ?? null
  const transport = TRANSPORTS.find(([pattern]) => pattern.test(address))?.[1] ?? ''
  return { place, transport, relay }
}

/**
 * Returns the beginning and the end of a PeerId: the first characters are the same for all nodes.
 */
export function shortId(id: string): string {
  return id.length <= 16 ? id : `${id.slice(0, 4)}…${id.slice(-8)}`
}
