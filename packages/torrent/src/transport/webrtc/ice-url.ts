import { ShoalError } from '../../base/errors.ts'

export interface IceUrl {
  readonly kind: 'stun' | 'turn'
  readonly host: string
  readonly port: number
  /** How a TURN server is reached. */
  readonly relay: 'TurnUdp' | 'TurnTcp' | 'TurnTls'
}

/** Reads `stun:host[:port]`, `turn:host[:port][?transport=udp|tcp]`, `turns:…` (RFC 7064, RFC 7065). Throws `bad-argument`. */
export function parseIceUrl(url: string): IceUrl {
  const match =
    /^(stuns?|turns?):(\[[0-9a-fA-F:.]+\]|[^:/?#@\s[\]]{1,253})(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/.exec(
      url,
    )
  const [, scheme = '', host = '', port, transport] = match ?? []
  const isSecure = scheme.endsWith('s')
  const number = port === undefined ? (isSecure ? 5349 : 3478) : Number(port)
  if (!match || number < 1 || number > 65_535)
    throw new ShoalError('bad-argument', 'an ICE server is stun:host:port or turn:host:port')
  return {
    kind: scheme.startsWith('stun') ? 'stun' : 'turn',
    host: host.replace(/^\[|\]$/g, ''),
    port: number,
    relay: isSecure ? 'TurnTls' : transport === 'tcp' ? 'TurnTcp' : 'TurnUdp',
  }
}
