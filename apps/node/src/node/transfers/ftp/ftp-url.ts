import { Failure } from '@shoal/daemon/failure'

export interface FtpAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** Relative to the folder after login, or to the root if it starts with /. */
  readonly path: string
  /**
   * `explicit`: AUTH TLS on the default port (RFC 4217). `implicit`: TLS from the first byte, port
   * 990.
   */
  readonly tls: 'none' | 'explicit' | 'implicit'
  /** Without user name and password. */
  readonly shownUrl: string
}

const FTP_PORT = 21
const FTPS_PORT = 990

/**
 * Parses `ftp://`, `ftps://` and `ftpes://` URLs (RFC 1738, 3.2). As in other clients, `ftps` is
 * TLS from the first byte on its own port 990, and AUTH TLS on any other. Throws a Failure that
 * never contains the password.
 */
export function parseFtpUrl(text: string): FtpAddress {
  const [, scheme = '', rest = ''] = /^(ftpe?s?):\/\/(.*)$/is.exec(text) ?? []
  // The platform parses hosts as in http URLs for `ftp:` only.
  const url = `ftp://${rest}`
  if (!URL.canParse(url)) throw badUrl('it is malformed')
  const { hostname, port, username, password, pathname } = new URL(url)
  const path = decode(pathname.slice(1).replace(/;type=[aid]$/i, ''))
  if (path === '' || path.endsWith('/')) throw badUrl('it does not name a file: folders cannot be downloaded')
  const secure = scheme.toLowerCase() !== 'ftp'
  const implicit = scheme.toLowerCase() === 'ftps' && (port === '' || Number(port) === FTPS_PORT)
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (implicit ? FTPS_PORT : FTP_PORT) : Number(port),
    // RFC 1635: a guest sends a mail address; the user's real one is not revealed.
    user: decode(username) || 'anonymous',
    password: username === '' ? 'guest@' : decode(password),
    path,
    tls: !secure ? 'none' : implicit ? 'implicit' : 'explicit',
    shownUrl: `${scheme.toLowerCase()}://${hostname}${port && `:${port}`}${pathname}`,
  }
}

function decode(text: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(text)
  } catch {
    throw badUrl('its percent-encoding is not UTF-8')
  }
  // They would end a command and inject another.
  if (/[\r\n\0]/.test(decoded)) throw badUrl('it holds a line break')
  return decoded
}

function badUrl(why: string): Failure {
  return new Failure('bad-argument', `this FTP URL cannot be downloaded: ${why}`, { field: 'source' })
}
