import { lookup, Resolver } from 'node:dns/promises'
import { Failure } from '@shoal/daemon/failure'

/** Maximum number of addresses per name, and of names that can lead to further names. */
const MAX_FOUND = 10
const MAX_DEPTH = 2

/** Resolves names, like `node:dns/promises`. */
export interface Names {
  lookup(name: string, options: { family: number }): Promise<{ address: string; family: number }>
  resolveTxt(name: string): Promise<string[][]>
}

const resolver = new Resolver()
const SYSTEM: Names = {
  lookup: (name, options) => lookup(name, options),
  resolveTxt: name => resolver.resolveTxt(name),
}

/** Cancels lookups of TXT records. */
export function cancelLookups(): void {
  resolver.cancel()
}

/**
 * Resolves the name at the start of a multiaddr, because the host only dials addresses.
 * `/dnsaddr/…` names multiaddrs in TXT records (multiformats/multiaddr, DNSADDR): only those with
 * the same PeerId over TCP are used. Rejects with `unreachable`.
 */
export async function withoutName(address: string, names: Names = SYSTEM, depth = 0): Promise<string[]> {
  const [, kind, name, rest = ''] = /^\/(dns[46]?|dnsaddr)\/([^/]+)(.*)$/.exec(address) ?? []
  if (kind === undefined) return [address]
  const failed = (cause?: unknown) =>
    new Failure('unreachable', `${name} has no address`, { cause, field: 'address' })
  if (kind !== 'dnsaddr') {
    const family = kind === 'dns4' ? 4 : kind === 'dns6' ? 6 : 0
    const found = await names.lookup(name!, { family }).catch(cause => {
      throw failed(cause)
    })
    return [`/ip${found.family}/${found.address}${rest}`]
  }
  if (depth >= MAX_DEPTH) throw failed()
  const records = await names.resolveTxt(`_dnsaddr.${name}`).catch(cause => {
    throw failed(cause)
  })
  const named = records
    .map(parts => /^dnsaddr=(\/.+)$/.exec(parts.join(''))?.[1] ?? '')
    .filter(
      each => each.endsWith(rest) && (/\/tcp\/\d+\/p2p\/[^/]+$/.test(each) || each.startsWith('/dnsaddr/')),
    )
  const found = await Promise.all(
    named.slice(0, MAX_FOUND).map(each => withoutName(each, names, depth + 1).catch(() => [])),
  )
  if (found.flat().length === 0) throw failed()
  return found.flat().slice(0, MAX_FOUND)
}

/** Resolves many addresses, omitting those that fail. */
export async function withoutNames(addresses: readonly string[]): Promise<string[]> {
  return (await Promise.all(addresses.map(each => withoutName(each).catch(() => [])))).flat()
}
