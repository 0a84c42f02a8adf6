import { z } from 'zod'
import { contract, operation, setting } from '../contract.ts'
import { linkErrors, withStatus } from '../errors.ts'
import { secretLink, TorrentId } from '../schemas/common.ts'
import { KeyPrefix, NetworkPeer, NetworkStatus, ProvidedTorrent, Provider } from '../schemas/network.ts'

/** An address of libp2p, such as `/ip4/203.0.113.7/tcp/6882/p2p/12D3Koo…`. */
const MultiaddrText = z
  .string()
  .max(1000)
  .regex(
    /^\/(?:ip4|ip6|dns|dns4|dns6)\/[^\s/]+\/(?:tcp|udp)\/\d{1,5}(?:\/[^\s/]+)*$/,
    'write an address as /ip4/203.0.113.7/tcp/6882/p2p/12D3Koo…',
  )

/**
 * Such an address, or a name whose TXT records have some: `/dnsaddr/bootstrap.libp2p.io/p2p/Qm…`.
 */
const PublicNodeText = z
  .string()
  .max(1000)
  .regex(
    /^\/(?:(?:ip4|ip6|dns|dns4|dns6)\/[^\s/]+\/tcp\/\d{1,5}|dnsaddr\/[^\s/]+)\/p2p\/\w{40,70}$/,
    'write an address as /ip4/203.0.113.7/tcp/4001/p2p/12D3Koo… or /dnsaddr/NAME/p2p/12D3Koo…',
  )

/** The nodes through which programs for IPFS join its DHT by default. */
const PUBLIC_IPFS_NODES = [
  '/dnsaddr/bootstrap.libp2p.io/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN',
  '/dnsaddr/bootstrap.libp2p.io/p2p/QmbLHAnMoJPWSCR5Zhtx6BHJX9KiKNN6tpvbUcqanj75Nb',
  '/dnsaddr/bootstrap.libp2p.io/p2p/QmcZf59bWwK5XFi76CZX8cbJ4BhTzzA3gU1ZjYZcYW3dwt',
  '/dnsaddr/va1.bootstrap.libp2p.io/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8',
  '/ip4/104.131.131.82/tcp/4001/p2p/QmaCpDMGvV2BGHeYERUEnRQAwe3N8SzbUtfsmvsqQLuvuJ',
]

/** The Shoal network: finds content and peers without trackers and servers. */
export const NETWORK = contract({
  name: 'network',
  operations: {
    getNetwork: operation({
      method: 'GET',
      path: '/api/network',
      effect: 'read',
      area: 'network',
      summary: 'Get the node’s state in the Shoal network: identity, addresses, size of the network',
      input: z.object({}),
      output: NetworkStatus,
    }),
    listNetworkPeers: operation({
      method: 'GET',
      path: '/api/network/peers',
      effect: 'read',
      area: 'network',
      summary: 'List the connected nodes of the Shoal network',
      input: z.object({}),
      output: z.object({
        items: z.array(NetworkPeer),
        /** Place of this node; null while the network is off. */
        ownKey: KeyPrefix.nullable(),
        /** Places of all nodes in the routing table. */
        knownKeys: z.array(KeyPrefix),
      }),
    }),
    connectNetwork: operation({
      method: 'POST',
      path: '/api/network/peers',
      effect: 'outside',
      area: 'network',
      summary: 'Connect to a node of the Shoal network',
      input: z.object({ address: MultiaddrText }),
      output: NetworkPeer,
      errors: {
        ...withStatus(400, 'bad-argument'),
        ...withStatus(501, 'unsupported'),
        ...withStatus(502, 'unreachable'),
      },
      idempotent: true,
    }),
    listProvided: operation({
      method: 'GET',
      path: '/api/network/provided',
      effect: 'read',
      area: 'network',
      summary: 'List the torrents that others find at this node through the Shoal network',
      input: z.object({}),
      output: z.object({ items: z.array(ProvidedTorrent) }),
    }),
    announceTorrent: operation({
      method: 'POST',
      path: '/api/network/provided',
      effect: 'write',
      area: 'network',
      summary: 'Announce a torrent in the Shoal network now, and from then on',
      input: z.object({ id: TorrentId }),
      output: ProvidedTorrent,
      errors: { ...withStatus(501, 'unsupported'), ...withStatus(502, 'refused') },
      idempotent: true,
    }),
    findProviders: operation({
      method: 'GET',
      path: '/api/network/providers',
      effect: 'outside',
      area: 'network',
      summary: 'Find who has a torrent, by content ID, info hash or magnet link',
      input: z.object({ link: secretLink(10_000).min(1) }),
      output: z.object({ items: z.array(Provider) }),
      errors: {
        ...linkErrors('link'),
        ...withStatus(400, 'bad-argument'),
        ...withStatus(501, 'unsupported'),
      },
    }),
    renewNetworkKey: operation({
      method: 'POST',
      path: '/api/network/key',
      effect: 'delete',
      area: 'network',
      summary: 'Replace the network key: others then know the node by another PeerId',
      input: z.object({}),
      output: NetworkStatus,
      errors: withStatus(501, 'unsupported'),
    }),
  },
  settings: {
    shoal: {
      enabled: setting(z.boolean(), true, {
        title: 'Shoal network',
        description:
          'Finds content and other nodes without trackers, and lets them find what you publish. Off behind a proxy and on a network interface of its own, which it cannot keep to.',
      }),
      port: setting(z.number().int().min(0).max(65_534), 6882, {
        title: 'Network port',
        description:
          'TCP and UDP port for connections of the Shoal network. 0 uses any free port. The next one is for WebSocket.',
      }),
      nodes: setting(z.array(MultiaddrText).max(100), [], {
        title: 'Known nodes',
        description:
          'Nodes to join the network through, in addition to those that the DHT of BitTorrent has.',
        example: ['/ip4/203.0.113.7/tcp/6882'],
      }),
      provideDownloads: setting(z.boolean(), false, {
        title: 'Offer downloads',
        description:
          'Others find complete downloads at this node, too, and not only what you published here. Never private torrents and sealed shares.',
      }),
      relay: setting(z.boolean(), true, {
        title: 'Help others connect',
        description:
          'While it can be reached from outside, the node passes on the few messages by which others find a direct way to each other.',
      }),
      ipfs: setting(z.boolean(), false, {
        title: 'Use public IPFS nodes',
        description:
          'Meets other nodes in the DHT of IPFS, too, and is reached through relays there if no router lets others in. Nodes of IPFS then see the addresses of this node, and that it belongs to the Shoal network.',
      }),
      ipfsNodes: setting(z.array(PublicNodeText).max(20), PUBLIC_IPFS_NODES, {
        example: ['/ip4/203.0.113.9/tcp/4001/p2p/12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo'],
        title: 'Public IPFS nodes',
        description:
          'Nodes through which the DHT of IPFS is joined. Default: those that programs for IPFS use.',
      }),
    },
  },
  events: {
    topics: {
      /** The state of the network changed, or what this node provides. */
      network: [z.object({ type: z.literal('network') })],
    },
    invalidates: {
      network: ['getNetwork', 'listNetworkPeers', 'listProvided'],
      settings: ['getNetwork'],
    },
  },
  commands: ['network', 'connect', 'announce'],
})
