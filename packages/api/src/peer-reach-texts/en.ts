/**
 * English texts on whether peers can connect, with the reasons and remedies: the same in every
 * interface.
 */
export default {
  states: { reachable: 'Yes', unreachable: 'No', unknown: 'Not known yet', off: 'Off' },
  /** The verdict in one sentence. */
  reasons: {
    connected: 'Others can connect: peers from outside have.',
    searching: 'Not known yet: the router is being asked to let others in.',
    mapped: 'Others can probably connect: the router lets them through, but none has connected yet.',
    public: 'Others can probably connect: this machine has a public address, but none has connected yet.',
    'not-asked': 'Not known yet: none has connected, and the router is not asked to let them in.',
    'test-failed': 'Others can probably not connect: a hub on the internet tried and failed.',
    'other-address':
      'Others cannot connect: they see another address than that of the router or this machine.',
    'no-address': 'Others cannot connect: this machine has no public IPv6 address.',
    'no-router': 'Others can probably not connect: no router was found that lets them in.',
    'no-answer': 'Others can probably not connect: the router does not open ports by itself.',
    refused: 'Others can probably not connect: the router refuses to open the port.',
    'port-taken': 'Others can probably not connect: other machines use the port of the router.',
    'router-error': 'Others can probably not connect: the router could not open the port.',
    'double-nat': 'Others cannot connect: the router is behind another router.',
    'carrier-nat':
      'Others cannot connect: your internet provider shares one address among several customers.',
    'no-port': 'Others cannot connect: the node accepts no connections.',
    'own-machine': 'Others cannot connect: the node accepts peers of its own machine only.',
    'other-family': 'Others cannot connect: the node listens at an address of the other kind only.',
    'strict-proxy': 'Others cannot connect: the node uses a strict proxy.',
    'strict-proxy-without-udp':
      'Others cannot connect: the node uses a strict proxy. This proxy relays no UDP, so the DHT, uTP and UDP trackers are off.',
  },
  /** Advice. */
  advice: {
    public:
      'If nobody connects while torrents are active, allow {ports} for TCP and UDP in the firewalls of this machine and its network.',
    'not-asked':
      'Turn on network.portMapping in the settings, or forward {ports} to this machine in the router.',
    'test-failed':
      'Allow {ports} for TCP and UDP in the firewalls of this machine and its network, and have the router forward the same to this machine.',
    'other-address':
      'Your traffic goes through a VPN or another router, whose address others see: {address}. Forward {ports} there, or run the node without the VPN.',
    'no-router': 'If there is a router, forward {ports} to this machine in its settings.',
    'no-answer':
      'Turn on UPnP, NAT-PMP or PCP in the settings of the router, or forward {ports} to this machine there.',
    refused: 'Allow it in the settings of the router, or forward {ports} to this machine there.',
    'port-taken': 'Choose another port than {port} in the settings of the node.',
    'router-error': 'Check the status page of the router, or forward {ports} to this machine there.',
    'double-nat': 'Switch one of the routers to bridge mode, or forward {ports} on the outer one as well.',
    'carrier-nat': 'Ask the provider for a public IPv4 address, or let others use {ports} over IPv6.',
  },
  /** Ports in advice: for torrents only, and with that of the Shoal network. */
  ports: { one: 'port {peers}', two: 'ports {peers} (torrents) and {network} (Shoal network)' },
  /** The port of the Shoal network. */
  network: {
    reachable: 'Shoal network: others can connect at port {port}.',
    unconfirmed: 'Shoal network: nobody has confirmed yet that others can connect at port {port}.',
    /** Advice while peers of torrents can connect. */
    advice: 'If a router or firewall is in between, let TCP and UDP pass at port {port}, too.',
  },
  family: '{family}: {verdict}',
  address: 'Seen from outside as {address}',
  arrival: 'Last connection by {transport}: {time}, from {host}',
  mapping: '{transport} port {port} by {method}, until {time}: {address}',
  permanent: '{transport} port {port} by {method}: {address}',
} as const
