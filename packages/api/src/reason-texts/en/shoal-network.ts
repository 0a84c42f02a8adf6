const reasons = {
  // The Shoal network.
  'network-entry': 'This entry cannot be published: {why}',
  'network-entry-long': 'The description is too long to publish. Shorten the title or the tags',
  'network-listens': 'This program listens for pages at port {port} already',
  'network-others-wait': 'Others wait to connect: try again',
  'network-cannot-listen':
    'Nothing can connect at {address}: the port is taken, or the address is not of this machine',
  'network-nobody-knows': 'The address of this node is unknown',
  'network-key-kind': 'The network key is of another kind',
  'network-requests': 'Too many requests',
  'network-no-streams': 'This node does not take streams of the other one',
  'network-peer-name': '{name} is not a PeerId or an address that ends with one',
  'network-no-way': 'there is no direct way, and WebRTC is off',
  'network-way-not-found': 'no way to the peer was found',
  'network-webrtc-many': 'too many WebRTC connections are being made',
  'network-declined': 'the peer declined our offer',
  'network-libp2p': 'libp2p could not be loaded',
  'network-protocol': 'The node does not speak this protocol',
  'network-sent-many': 'This node sent too many requests',
  'network-came-many': 'Too many requests came from this network',
} as const

export default reasons
