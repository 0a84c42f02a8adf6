/** Transfer protocols. Each stream carries one torrent, one offer, or one port. */

/** BitTorrent's peer protocol (BEP 3), byte for byte. */
export const PEER_PROTOCOL = '/shoal/bittorrent/1'
/**
 * A WebRTC offer, then its answer: two session descriptions, each preceded by its length as a
 * varint. An empty answer declines.
 */
export const SIGNAL_PROTOCOL = '/shoal/webrtc/1'
/**
 * Port at which the queried node speaks BitTorrent over TCP and uTP: two bytes, big-endian, after
 * their length as a varint.
 */
export const PORT_PROTOCOL = '/shoal/bittorrent-port/1'
/** External UDP port of the queried node's STUN server, in the same form. */
export const STUN_PROTOCOL = '/shoal/stun-port/1'
