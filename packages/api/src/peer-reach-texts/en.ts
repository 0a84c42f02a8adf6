/** English texts of port mappings and their problems, for every interface that shows whether peers can connect. */
export default {
  problems: {
    'no-router': 'No router was found. If there is one, forward port {port} to this machine in its settings.',
    'no-answer':
      'The router does not open ports by itself. Turn on UPnP, NAT-PMP or PCP in its settings, or forward port {port} to this machine there.',
    refused:
      'The router refuses to open the port. Allow it in its settings, or forward port {port} to this machine there.',
    'port-taken':
      'Other machines use port {port} of the router. Choose another port in the settings of the node.',
    'router-error':
      'The router could not open the port. Check its status page, or forward port {port} to this machine there.',
    'double-nat':
      'The router is behind another router. Switch one of them to bridge mode, or forward port {port} on the outer one as well.',
    'carrier-nat':
      'Your internet provider shares one address among several customers, so nobody can connect to port {port} over IPv4. Ask it for a public IPv4 address, or use IPv6.',
  },
  mapping: '{transport} port {port} by {method}, until {time}: {address}',
  permanent: '{transport} port {port} by {method}: {address}',
} as const
