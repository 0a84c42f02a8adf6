import { utf8 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { formatHostPort, parseIp } from '../../base/ip.ts'

/** A proxy server and the credentials to use it. */
export interface ProxyServer {
  readonly kind: 'socks5' | 'http'
  /** Name, or IP literal without brackets. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
}

const PORTS = { socks5: 1080, http: 8080 }
/** RFC 1929, 2: user name and password have 1 to 255 bytes. */
const MAX_CREDENTIAL_BYTES = 255

/**
 * Parses `socks5://user:password@host:port` or `http://user:password@host:port`. User, password and
 * port may be absent; `socks5h:` means the same as `socks5:`, because names always go to the proxy.
 * Throws `bad-argument`, with a message that does not contain the URL.
 */
export function parseProxyUrl(text: string): ProxyServer {
  const url = URL.canParse(text) ? new URL(text) : null
  const scheme = url?.protocol.replace(/h?:$/, '')
  const kind = url?.protocol === 'http:' ? 'http' : scheme === 'socks5' ? scheme : null
  // URLs of schemes outside the URL standard may have a path, a query and an empty host.
  if (!url || !kind || url.hostname === '' || !/^\/?$/.test(url.pathname) || url.search + url.hash !== '')
    throw bad('write a proxy as socks5://USER:PASSWORD@HOST:PORT or http://USER:PASSWORD@HOST:PORT')
  const [user, password] = [decode(url.username), decode(url.password)]
  if (utf8(user).length > MAX_CREDENTIAL_BYTES || utf8(password).length > MAX_CREDENTIAL_BYTES)
    throw bad(`user name and password of a proxy have at most ${MAX_CREDENTIAL_BYTES} bytes each`)
  if (password !== '' && user === '') throw bad('a proxy with a password needs a user name too')
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  return { kind, host, port: Number(url.port) || PORTS[kind], user, password }
}

/** Returns the proxy for display and logs: without user name and password. */
export function proxyLabel({ kind, host, port }: ProxyServer): string {
  return `${kind}://${formatHostPort(host, port)}`
}

/** Whether the proxy can be reached without resolving its name. */
export function hasAddress({ host }: ProxyServer): boolean {
  return parseIp(host) !== null
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw bad('write % in the user name or password of a proxy as %25')
  }
}

function bad(message: string): ShoalError {
  return new ShoalError('bad-argument', message)
}
