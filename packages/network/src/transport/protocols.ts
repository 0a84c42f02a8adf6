/** BitTorrent's peer protocol (BEP 3), as its own bytes, on a stream of its own for each torrent. */
export const PEER_PROTOCOL = '/shoal/bittorrent/1'
/** Prefix of a protocol that nobody opens: its end is the port at which the node speaks BitTorrent over TCP and uTP. Identify lists it. */
export const PORT_PROTOCOL = '/shoal/bittorrent-port/1/'
