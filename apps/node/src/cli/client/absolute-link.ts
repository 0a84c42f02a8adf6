import { isLoopback } from '@shoal/torrent/local-address'

/** Notes for links that others cannot open. */
export const HERE_ONLY =
  'This link works on this machine only: set network.publicUrl to the address at which others reach the node, or send the magnet link'
export const SEALED_HERE_ONLY =
  'This link works in browsers of this machine only: set network.publicUrl to the address at which others reach the node. Shoal opens it anywhere'

/** Makes a share link absolute. If the node does not know its public address, the link gets the address that the command used. */
export function absoluteLink<Link extends string | null>(link: Link, nodeUrl: string): Link {
  return (link?.startsWith('#') ? `${nodeUrl}/share/${link}` : link) as Link
}

export function opensHereOnly(link: string): boolean {
  return isLoopback(URL.parse(link)?.hostname ?? '')
}
