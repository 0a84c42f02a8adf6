import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { AddressSet } from '../access/address-set.ts'
import { readAddress } from '../base/address.ts'
import { SCOPE, scopeOf } from '../base/scope.ts'

/** Who may be asking, as far as the fields of a request tell. */
export const ASKER = {
  /** Who has the address. */
  itself: 0,
  /** Anybody: the address may be that of a proxy which nobody named, or a page's that found a name for this machine (DNS rebinding). */
  unknown: 1,
  /** A page of another site, in the browser of somebody who knows nothing of it. */
  page: 2,
} as const
export type Asker = (typeof ASKER)[keyof typeof ASKER]

/** Names of this machine, as a Host field has them. */
export const MACHINE_HOST = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|(?:[\w-]+\.)*localhost)\.?(?::\d+)?$/i
const PLAIN = new TextEncoder().encode(' 127.0.0.1')

/** Whether a Host field names this machine; the name that is usual costs no string. */
export function isMachineHost(bytes: Buffer, from: number, to: number): boolean {
  let at = 0
  while (at < PLAIN.length && bytes[from + at] === PLAIN[at]) at++
  if (at === PLAIN.length && (from + at === to || bytes[from + at] === 0x3a)) return true
  return MACHINE_HOST.test(bytes.toString('latin1', from, to).trim())
}

/** Whether a page of another site asks, by the value of `Sec-Fetch-Site` (Fetch Metadata, section 2.3), which programs do not send. */
export function isOtherSite(fetchSite: string | undefined): boolean {
  return fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none'
}

/** Whether a page asks that is not of this server: browsers say whose page it is that opens a WebSocket (RFC 6455, section 10.2). */
export function isOtherOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  return origin !== undefined && URL.parse(origin)?.host !== host?.toLowerCase()
}

const FORWARDED = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'] as const

/**
 * Who asks by a request of node:http. Unknown where a proxy that was not named may be between: whoever asks is then anybody, though they seem to be this
 * machine or a neighbour.
 */
export function whoAsks({ socket, headers }: IncomingMessage, proxies?: AddressSet): Asker {
  if (isOtherSite(headers['sec-fetch-site']?.toString())) return ASKER.page
  const words = new Int32Array(4)
  const family = readAddress(socket.remoteAddress ?? '', words)
  if (family === null) return ASKER.unknown
  if (headers['x-forwarded-for'] !== undefined && proxies?.has(family, words)) return ASKER.itself
  if (FORWARDED.some(name => headers[name] !== undefined)) return ASKER.unknown
  if (scopeOf(family, words) !== SCOPE.machine) return ASKER.itself
  return MACHINE_HOST.test(headers.host ?? '') ? ASKER.itself : ASKER.unknown
}
