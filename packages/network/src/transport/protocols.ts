/** The protocols of transfers. Each stream carries one torrent, one offer, or one port. */

/** BitTorrent's peer protocol (BEP 3), byte for byte. */
export const PEER_PROTOCOL = '/shoal/bittorrent/1'
/** A WebRTC offer, and then its answer: two session descriptions, each after its length as a varint. An empty answer declines. */
export const SIGNAL_PROTOCOL = '/shoal/webrtc/1'
/** The port at which the node that is asked speaks BitTorrent over TCP and uTP: two bytes, big-endian, after their length as a varint. */
export const PORT_PROTOCOL = '/shoal/bittorrent-port/1'
/** The UDP port at which the internet reaches the STUN server of the node that is asked, in the same form. */
export const STUN_PROTOCOL = '/shoal/stun-port/1'
