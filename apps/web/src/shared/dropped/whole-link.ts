import { isLoopback } from '@shoal/torrent/local-address'

/** The link as it is sent: of a node that does not know its public address it goes to the page at the address that the console was opened at. */
export function wholeLink(link: string, origin = location.origin): string {
  return link.startsWith('#') ? `${origin}/share/${link}` : link
}

/** Nobody else reaches such an address. */
export function opensHereOnly(link: string): boolean {
  return isLoopback(URL.parse(link)?.hostname ?? '')
}
