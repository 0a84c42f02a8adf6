import { isLoopback } from '@shoal/torrent/local-address'

/** What goes with a link that others cannot open. */
export const HERE_ONLY =
  'This link works on this machine only: set network.publicUrl to the address at which others reach the node, or send the magnet link'
export const SEALED_HERE_ONLY =
  'This link works in browsers of this machine only: set network.publicUrl to the address at which others reach the node. Shoal opens it anywhere'

/** A share link as it is sent: one of a node that does not know its public address goes to the page at the address that it was asked by. */
export function wholeLink<Link extends string | null>(link: Link, nodeUrl: string): Link {
  return (link?.startsWith('#') ? `${nodeUrl}/share/${link}` : link) as Link
}

export function opensHereOnly(link: string): boolean {
  return isLoopback(URL.parse(link)?.hostname ?? '')
}
