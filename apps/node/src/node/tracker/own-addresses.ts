import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'

/**
 * Addresses that the node's peer port is reached at. Those that only this machine or its network know are among them: the tracker tells nobody of them
 * to whom they are of no use.
 */
export function ownAddresses(peerHost: string | undefined, publicUrl: string | null): string[] {
  // Who binds peers to one address, such as that of a VPN, wants no other to be known.
  if (peerHost !== undefined && isIP(peerHost) !== 0 && peerHost !== '0.0.0.0' && peerHost !== '::')
    return [peerHost]
  const publicHost = publicUrl === null ? '' : (URL.parse(publicUrl)?.hostname.replace(/^\[|\]$/g, '') ?? '')
  const found = Object.values(networkInterfaces())
    .flatMap(each => each ?? [])
    .filter(({ address, scopeid }) => !scopeid && !address.startsWith('fe80:'))
    .map(({ address }) => address)
  return [...new Set([...found, ...(isIP(publicHost) === 0 ? [] : [publicHost])])]
}
