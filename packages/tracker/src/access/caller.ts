import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { readAddress } from '../base/address.ts'
import { SCOPE, scopeOf } from '../base/scope.ts'
import type { AddressSet } from './address-set.ts'

/** The possible origins of a request, as far as its headers reveal. */
export const CALLER = {
  /** A client at the address of the connection. */
  direct: 0,
  /**
   * Unknown: the address may belong to an unlisted proxy, or the request may come from a page that
   * uses DNS rebinding.
   */
  unknown: 1,
  /** A page of another site, whose visitor may be unaware of the request. */
  foreignPage: 2,
} as const
export type CallerKind = (typeof CALLER)[keyof typeof CALLER]

/** Names of this machine in a Host header. */
const MACHINE_HOST = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|(?:[\w-]+\.)*localhost)\.?(?::\d+)?$/i
const PLAIN = new TextEncoder().encode(' 127.0.0.1')

/** Returns true if a Host header names this machine. Allocates nothing for the most common name. */
export function isMachineHost(bytes: Buffer, from: number, to: number): boolean {
  let at = 0
  while (at < PLAIN.length && bytes[from + at] === PLAIN[at]) at++
  if (at === PLAIN.length && (from + at === to || bytes[from + at] === 0x3a)) return true
  return MACHINE_HOST.test(bytes.toString('latin1', from, to).trim())
}

/**
 * Returns true if the value of `Sec-Fetch-Site`, which only browsers send, is that of another
 * site's page (Fetch Metadata, section 2.3).
 */
export function isCrossSite(fetchSite: string | undefined): boolean {
  return fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none'
}

/**
 * Returns true if a page of another server opens a WebSocket: browsers send the page's origin (RFC
 * 6455 section 10.2).
 */
export function isCrossOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  return origin !== undefined && URL.parse(origin)?.host !== host?.toLowerCase()
}

const FORWARDED = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'] as const

/**
 * Determines the origin of a request of node:http. Returns `unknown` if it may have come through a
 * proxy that is not in `proxies`, since the address then does not identify the client.
 */
export function identifyCaller({ socket, headers }: IncomingMessage, proxies?: AddressSet): CallerKind {
  if (isCrossSite(headers['sec-fetch-site']?.toString())) return CALLER.foreignPage
  const words = new Int32Array(4)
  const family = readAddress(socket.remoteAddress ?? '', words)
  if (family === null) return CALLER.unknown
  if (headers['x-forwarded-for'] !== undefined && proxies?.has(family, words)) return CALLER.direct
  if (FORWARDED.some(name => headers[name] !== undefined)) return CALLER.unknown
  if (scopeOf(family, words) !== SCOPE.machine) return CALLER.direct
  return MACHINE_HOST.test(headers.host ?? '') ? CALLER.direct : CALLER.unknown
}
