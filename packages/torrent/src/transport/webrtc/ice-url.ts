import { ShoalError } from '../../base/errors.ts'
import type { IceServer } from './rtc.ts'

export interface IceUrl {
  readonly kind: 'stun' | 'turn'
  readonly host: string
  readonly port: number
  /** Transports to a TURN server. */
  readonly relay: 'TurnUdp' | 'TurnTcp' | 'TurnTls'
}

/**
 * Parses `stun:host[:port]`, `turn:host[:port][?transport=udp|tcp]`, `turns:…` (RFC 7064, RFC
 * 7065). Throws `bad-argument`.
 */
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

/**
 * Parses a server with its credentials, as in settings and on command lines: `stun:host:port`,
 * `turn:user:secret@host:port`, both parts percent-encoded as in a URL. Throws `bad-argument` with
 * a message that does not repeat the text, since it contains a secret.
 */
export function parseIceServer(text: string): IceServer {
  const [, scheme, user, secret, rest] = /^(turns?:)([^:@]+):([^:@]+)@(.+)$/.exec(text) ?? []
  if (scheme === undefined || user === undefined || secret === undefined) {
    if (parseIceUrl(text).kind === 'turn') throw wrong()
    return { urls: text }
  }
  const urls = `${scheme}${rest}`
  parseIceUrl(urls)
  try {
    return { urls, username: decodeURIComponent(user), credential: decodeURIComponent(secret) }
  } catch {
    throw wrong()
  }
}

/** Throws `bad-argument` for an invalid server. */
export function checkIceServer({ urls, username, credential }: IceServer): void {
  for (const url of [urls].flat())
    if (parseIceUrl(url).kind === 'turn' && (username === undefined || credential === undefined))
      throw wrong()
}

function wrong(): ShoalError {
  return new ShoalError('bad-argument', 'a TURN server needs a user and a secret: turn:user:secret@host:port')
}
