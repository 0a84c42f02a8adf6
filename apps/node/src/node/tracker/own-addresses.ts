import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'

/**
 * Returns the addresses of the node's peer port. Addresses of this machine or its network are
 * included: the tracker gives them only to peers that can use them.
 */
export function ownAddresses(peerHost: string | undefined, publicUrl: string | null): string[] {
  // A node bound to one address, such as that of a VPN, must not reveal others.
  if (peerHost !== undefined && isIP(peerHost) !== 0 && peerHost !== '0.0.0.0' && peerHost !== '::')
    return [peerHost]
  const publicHost = publicUrl === null ? '' : (URL.parse(publicUrl)?.hostname.replace(/^\[|\]$/g, '') ?? '')
  const found = Object.values(networkInterfaces())
    .flatMap(each => each ?? [])
    .filter(({ address, scopeid }) => !scopeid && !address.startsWith('fe80:'))
    .map(({ address }) => address)
  return [...new Set([...found, ...(isIP(publicHost) === 0 ? [] : [publicHost])])]
}
