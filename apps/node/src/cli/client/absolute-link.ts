import { isLoopback } from '@shoal/torrent/local-address'

/** Makes a share link absolute. If the node does not know its public address, the link gets the address that the command used. */
export function absoluteLink<Link extends string | null>(link: Link, nodeUrl: string): Link {
  return (link?.startsWith('#') ? `${nodeUrl}/share/${link}` : link) as Link
}

export function opensHereOnly(link: string): boolean {
  return isLoopback(URL.parse(link)?.hostname ?? '')
}
