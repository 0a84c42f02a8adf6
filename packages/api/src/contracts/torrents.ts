import { z } from 'zod'
import { CONTENT_LAYOUTS } from '../choices.ts'
import { contract, MIB, operation, setting } from '../contract.ts'
import { withStatus } from '../errors.ts'
import {
  FileIndex,
  HostFile,
  HostPath,
  Name,
  Nothing,
  PageInput,
  Priority,
  page,
  RateLimit,
  secretLink,
  TorrentId,
} from '../schemas/common.ts'
import { Job } from '../schemas/job.ts'
import { CountedLabel, Label } from '../schemas/label.ts'
import { SECRETS } from '../schemas/names.ts'
import { HISTORY_RANGES, History } from '../schemas/node.ts'
import { IpFilterStatus, KnownPeer, Peer, SourceShare } from '../schemas/peer.ts'
import { PeerReach } from '../schemas/peer-reach.ts'
import {
  ActedOn,
  ActOnTorrents,
  ListTorrents,
  PieceMap,
  RemovedTorrent,
  Torrent,
  TorrentDetail,
  TorrentFile,
  TorrentPage,
  Tracker,
  Updated,
  UpdateTorrent,
  UpdateTorrents,
} from '../schemas/torrent.ts'

const One = z.object({ id: TorrentId })

/**
 * `stun:host:port`, or `turn:user:secret@host:port` with an optional `?transport=tcp`. User and
 * secret are encoded as in a URL.
 */
const IceServerText = z
  .string()
  .max(1000)
  .regex(
    /^(?:stuns?:|turns?:[^\s:@/]{1,300}:[^\s:@/]{1,300}@)(?:\[[0-9a-fA-F:.]+\]|[^\s:@/?[\]]{1,253})(?::\d{1,5})?(?:\?transport=(?:udp|tcp))?$/,
    'write a server as stun:host:port or turn:user:secret@host:port',
  )
  .register(SECRETS, { isWhole: false })

/** `host:port` or `[IPv6]:port`. */
const DhtNodeText = z
  .string()
  .max(300)
  .regex(/^(?:\[[0-9a-fA-F:.]+\]|[^\s:@/?#[\]]{1,253}):[1-9]\d{0,4}$/, 'write a DHT node as HOST:PORT')

/** `socks5://user:password@host:port` or `http://…`. User and password are encoded as in a URL. */
const ProxyUrl = z
  .string()
  .max(1000)
  .regex(
    /^(?:socks5h?|http):\/\/(?:[^\s:@/]{1,765}(?::[^\s@/]{0,765})?@)?(?:\[[0-9a-fA-F:.]+\]|[^\s:@/?#[\]]{1,253})(?::\d{1,5})?\/?$/i,
    'write a proxy as socks5://USER:PASSWORD@HOST:PORT or http://USER:PASSWORD@HOST:PORT',
  )
  .register(SECRETS, { isWhole: false })

/** Name of a network interface, or one of its addresses. */
const InterfaceName = z
  .string()
  .regex(
    /^(?:[!-.0-~]{1,15}|[0-9a-fA-F:.]{2,45})$/,
    'write the name of a network interface, such as tun0, or its IP address',
  )

/** IP address of a name server. */
const DnsServerText = z
  .string()
  .regex(/^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$/, 'write a DNS server as an IP address')

/** Torrents with their files, peers, trackers, labels and queue. */
export const TORRENTS = contract({
  name: 'torrents',
  otherErrors: { timeout: 'previewTorrent of sources', 'too-many-requests': 'previewTorrent of sources' },
  operations: {
    listTorrents: operation({
      method: 'GET',
      path: '/api/torrents',
      effect: 'read',
      area: 'torrents',
      summary: 'List torrents, filtered and sorted',
      input: ListTorrents,
      output: TorrentPage,
    }),
    actOnTorrents: operation({
      method: 'POST',
      path: '/api/torrents/actions',
      effect: 'delete',
      area: 'torrents',
      summary: 'Pause, resume, recheck, reannounce, remove, restore or reorder torrents',
      input: ActOnTorrents,
      output: ActedOn,
      idempotent: true,
      bodyLimitBytes: 8 * MIB,
      errors: withStatus(409, 'conflict'),
    }),
    listRemoved: operation({
      method: 'GET',
      path: '/api/removed',
      effect: 'read',
      area: 'torrents',
      summary: 'List recently removed torrents, which can be restored',
      input: z.object({}),
      output: z.object({ items: z.array(RemovedTorrent) }),
    }),
    getTorrent: operation({
      method: 'GET',
      path: '/api/torrents/{id}',
      effect: 'read',
      area: 'torrents',
      summary: 'Get one torrent',
      input: One,
      output: TorrentDetail,
    }),
    updateTorrent: operation({
      method: 'PATCH',
      path: '/api/torrents/{id}',
      effect: 'write',
      area: 'torrents',
      summary: 'Change the name, label, tags, limits, download order, queue position or kinds of sources',
      input: UpdateTorrent,
      output: TorrentDetail,
      idempotent: true,
    }),
    updateTorrents: operation({
      method: 'PATCH',
      path: '/api/torrents',
      effect: 'write',
      area: 'torrents',
      summary: 'Change the label, tags, limits, download order or kinds of sources of many torrents',
      input: UpdateTorrents,
      output: Updated,
      idempotent: true,
      bodyLimitBytes: 8 * MIB,
    }),
    moveTorrent: operation({
      method: 'POST',
      path: '/api/torrents/{id}/move',
      effect: 'write',
      area: 'torrents',
      summary: 'Move the files of a torrent to another folder',
      input: One.extend({ directory: HostPath }),
      output: Job,
      errors: { ...withStatus(403, 'forbidden-path'), ...withStatus(507, 'no-space') },
    }),
    getPieces: operation({
      method: 'GET',
      path: '/api/torrents/{id}/pieces',
      effect: 'read',
      area: 'torrents',
      summary: 'Get which pieces are complete, and how many peers have each',
      input: One,
      output: PieceMap,
    }),
    getTorrentHistory: operation({
      method: 'GET',
      path: '/api/torrents/{id}/history',
      effect: 'read',
      area: 'torrents',
      summary: 'Get the transfer history of the last hour',
      input: One,
      output: History,
    }),
    listFiles: operation({
      method: 'GET',
      path: '/api/torrents/{id}/files',
      effect: 'read',
      area: 'files',
      summary: 'List the files of a torrent',
      input: One.extend({ ...PageInput, limit: z.number().int().min(1).max(10_000).default(1000) }),
      output: page(TorrentFile),
    }),
    setPriority: operation({
      method: 'PATCH',
      path: '/api/torrents/{id}/files',
      effect: 'write',
      area: 'files',
      summary: 'Set file priorities: 0 skip, 1 low, 4 normal, 7 high',
      input: One.extend({
        indexes: z.union([z.literal('all'), z.array(FileIndex).min(1).max(1_000_000)]),
        priority: Priority,
      }),
      output: Nothing,
      idempotent: true,
      bodyLimitBytes: 12 * MIB,
      errors: { 'no-metadata': { status: 409, field: 'id' } },
    }),
    renameFile: operation({
      method: 'POST',
      path: '/api/torrents/{id}/files/{index}/rename',
      effect: 'write',
      area: 'files',
      summary: 'Rename a file, or move it within its torrent',
      input: One.extend({ index: FileIndex, path: z.string().min(1).max(4096) }),
      output: Nothing,
      paths: { path: { below: 'getTorrent.directory' } },
      idempotent: true,
      errors: {
        ...withStatus(400, 'unsafe-path'),
        ...withStatus(403, 'forbidden-path'),
        ...withStatus(409, 'in-use'),
        'no-metadata': { status: 409, field: 'id' },
      },
    }),
    listPeers: operation({
      method: 'GET',
      path: '/api/torrents/{id}/peers',
      effect: 'read',
      area: 'peers',
      summary: 'List connected peers and web seeds',
      input: One,
      output: z.object({ items: z.array(Peer) }),
    }),
    listSources: operation({
      method: 'GET',
      path: '/api/torrents/{id}/sources',
      effect: 'read',
      area: 'peers',
      summary: 'List how much came from each kind of source since the node started',
      input: One,
      output: z.object({ items: z.array(SourceShare) }),
    }),
    addPeers: operation({
      method: 'POST',
      path: '/api/torrents/{id}/peers',
      effect: 'outside',
      area: 'peers',
      summary: 'Connect to peers',
      input: One.extend({ addresses: z.array(z.string().max(300)).min(1).max(1000) }),
      output: Nothing,
      idempotent: true,
    }),
    listTrackers: operation({
      method: 'GET',
      path: '/api/torrents/{id}/trackers',
      effect: 'read',
      area: 'peers',
      summary: 'List trackers and other peer sources with their latest results',
      input: One,
      output: z.object({ items: z.array(Tracker) }),
    }),
    setTrackers: operation({
      method: 'PUT',
      path: '/api/torrents/{id}/trackers',
      effect: 'write',
      area: 'peers',
      summary: 'Replace the trackers, given as a list of tiers',
      input: One.extend({ tiers: z.array(z.array(secretLink(2000)).max(1000)).max(1000) }),
      output: z.object({ items: z.array(Tracker) }),
      bodyLimitBytes: 4 * MIB,
    }),
    setWebSeeds: operation({
      method: 'PUT',
      path: '/api/torrents/{id}/webseeds',
      effect: 'write',
      area: 'peers',
      summary: 'Replace the web seeds',
      input: One.extend({ urls: z.array(secretLink(2000)).max(1000) }),
      output: Nothing,
      bodyLimitBytes: 4 * MIB,
    }),
    listKnownPeers: operation({
      method: 'GET',
      path: '/api/peers',
      effect: 'read',
      area: 'peers',
      summary: 'List peers seen before, most recently seen first',
      input: z.object(PageInput),
      output: page(KnownPeer),
    }),
    getPeerReach: operation({
      method: 'GET',
      path: '/api/peer-reach',
      effect: 'read',
      area: 'peers',
      summary: 'Get whether peers from outside can connect, why not, and what routers were asked to open',
      input: z.object({}),
      output: PeerReach,
    }),
    getIpFilter: operation({
      method: 'GET',
      path: '/api/ip-filter',
      effect: 'read',
      area: 'peers',
      summary: 'Get the state of the IP filter',
      input: z.object({}),
      output: IpFilterStatus,
    }),
    reloadIpFilter: operation({
      method: 'POST',
      path: '/api/ip-filter/reload',
      effect: 'write',
      area: 'peers',
      summary: 'Read the file of the IP filter again',
      input: z.object({}),
      output: IpFilterStatus,
      errors: {
        ...withStatus(403, 'no-permission'),
        ...withStatus(404, 'not-found'),
        ...withStatus(413, 'too-large'),
      },
    }),
    listLabels: operation({
      method: 'GET',
      path: '/api/labels',
      effect: 'read',
      area: 'labels',
      summary: 'List labels with their folders and torrent counts',
      input: z.object({}),
      output: z.object({ items: z.array(CountedLabel), tags: z.array(z.string()) }),
    }),
    putLabel: operation({
      method: 'PUT',
      path: '/api/labels/{name}',
      effect: 'write',
      area: 'labels',
      summary: 'Create or change a label',
      input: Label.partial().required({ name: true }),
      output: CountedLabel,
      errors: { ...withStatus(400, 'unsafe-path'), ...withStatus(403, 'forbidden-path') },
    }),
    removeLabel: operation({
      method: 'DELETE',
      path: '/api/labels/{name}',
      effect: 'delete',
      area: 'labels',
      summary: 'Remove a label; its torrents keep their folders',
      input: z.object({ name: Name }),
      output: Nothing,
    }),
    getHistory: operation({
      method: 'GET',
      path: '/api/stats/history',
      effect: 'read',
      area: 'node',
      summary: 'Get the transfer history of the last hour, day, month or year',
      input: z.object({ range: z.enum(HISTORY_RANGES).default('hour') }),
      output: History,
    }),
  },
  settings: {
    downloads: {
      directory: setting(HostPath, undefined, {
        title: 'Download folder',
        description: 'Default folder for downloads. A label or a single download can use another one.',
      }),
      preallocate: setting(z.boolean(), false, {
        title: 'Preallocate disk space',
        description:
          'Reserves the full size of each file before downloading, so that a lack of space is noticed at once.',
      }),
      layout: setting(z.enum(CONTENT_LAYOUTS), 'original', {
        title: 'Content layout',
        description:
          'Whether the content of a new torrent gets a folder of its own. “Subfolder” creates one for a single file, “no subfolder” leaves out that of the torrent.',
      }),
      startPaused: setting(z.boolean(), false, {
        title: 'Add paused',
        description: 'New torrents stay paused until you resume them.',
      }),
      linkedTorrents: setting(z.boolean(), false, {
        title: 'Use torrents that web servers name',
        description:
          'If the server of a file that you add by its link names a torrent of it, the torrent downloads the file, from the server and from peers. Trackers and peers then see that you download it.',
      }),
    },
    network: {
      port: setting(z.number().int().min(0).max(65_535), 6881, {
        title: 'Peer port',
        description: 'TCP and UDP port for incoming connections. 0 uses any free port.',
      }),
      portMapping: setting(z.boolean(), true, {
        title: 'Open the port in the router',
        description:
          'Asks the router to let peers reach the port, by PCP, NAT-PMP or UPnP. Without it, forward the port in the settings of your router.',
      }),
      stun: setting(z.boolean(), true, {
        title: 'Answer STUN',
        description:
          'Tells web pages and other programs that ask at the UDP port their public address, so that they find ways to each other.',
      }),
      encryption: setting(z.enum(['plain', 'prefer', 'require']), 'prefer', {
        title: 'Encryption',
        description:
          'Prefer encrypts connections to peers that support it. Require rejects peers that do not.',
      }),
      dht: setting(z.boolean(), true, {
        title: 'DHT',
        description: 'Finds peers without trackers. Never used for private torrents.',
      }),
      dhtNodes: setting(z.array(DhtNodeText).max(100), [], {
        title: 'DHT nodes',
        description:
          'Join the DHT through these nodes, written as HOST:PORT, instead of the well-known ones. Nodes that are known from earlier are asked, too.',
        example: ['dht.example:6881', '[2001:db8::1]:6881'],
      }),
      lsd: setting(z.boolean(), true, {
        title: 'Local peer discovery',
        description: 'Finds peers and nodes of the Shoal network in the local network, and is found by them.',
      }),
      pex: setting(z.boolean(), true, {
        title: 'Peer exchange',
        description: 'Connected peers exchange addresses of other peers. Never used for private torrents.',
      }),
      trackers: setting(z.boolean(), true, {
        title: 'Trackers',
        description: 'Asks the trackers of a torrent for peers.',
      }),
      utp: setting(z.boolean(), true, {
        title: 'uTP',
        description:
          'Transfers over UDP that give way to your other traffic and pass more routers. TCP is used where uTP does not connect.',
      }),
      webrtc: setting(z.boolean(), true, {
        title: 'WebRTC',
        description: 'Connects to peers in web browsers through trackers whose URLs begin with ws: or wss:.',
      }),
      iceServers: setting(z.array(IceServerText).max(20), [], {
        title: 'STUN and TURN servers',
        description:
          'Help WebRTC through firewalls: stun:HOST:PORT finds your public address, turn:USER:SECRET@HOST:PORT relays traffic. Hubs and nodes that are trackers of a torrent are used as STUN servers in any case.',
        example: ['stun:stun.example:3478', 'turn:anna:secret@turn.example:3478?transport=tcp'],
      }),
      proxy: setting(ProxyUrl.nullable(), null, {
        title: 'Proxy',
        description:
          'Server for all traffic: socks5://USER:PASSWORD@HOST:PORT or http://USER:PASSWORD@HOST:PORT, where user and password may be absent. The password is never shown again. A change restarts the node in place.',
      }),
      proxyMode: setting(z.enum(['prefer', 'strict']), 'prefer', {
        title: 'Proxy mode',
        description:
          '“Strict”: nothing leaves except through the proxy, nobody can connect to this node, and peers and trackers do not learn which program you use. “Prefer”: incoming connections, local peers, WebRTC and UDP that the proxy does not relay are direct. A change restarts the node in place.',
      }),
      interface: setting(InterfaceName.nullable(), null, {
        title: 'Network interface',
        description:
          'Name such as tun0 or wg0, or an IP address of this machine: nothing leaves except through this interface, and while it is missing nothing is transferred. For VPNs. WebRTC is off. Linux only. A change restarts the node in place.',
      }),
      dnsServers: setting(z.array(DnsServerText).max(3), [], {
        title: 'DNS servers',
        description:
          'IP addresses of the servers that are asked for names through the network interface. Empty: those of the system. A change restarts the node in place.',
        example: ['10.64.0.1'],
      }),
      publicUrl: setting(
        z
          .string()
          .max(500)
          .regex(/^https?:\/\/[^\s/?#@]+$/i, 'write the address as http://HOST:PORT, without a path')
          .nullable(),
        null,
        {
          title: 'Public address',
          description:
            'Address at which others reach this node, such as http://203.0.113.7:8420. Torrents that you share then include its tracker.',
        },
      ),
      maxConnections: setting(z.number().int().min(1).max(65_535), 500, {
        title: 'Maximum connections',
        description: 'For all torrents combined.',
      }),
      maxConnectionsPerTorrent: setting(z.number().int().min(1).max(65_535), 100, {
        title: 'Maximum connections per torrent',
        description: '',
      }),
      uploadSlots: setting(z.number().int().min(1).max(1000), 8, {
        title: 'Upload slots',
        description: 'How many peers a torrent uploads to at the same time.',
      }),
    },
    limits: {
      downloadBytesPerSecond: setting(RateLimit, null, {
        title: 'Download limit',
        description: 'For all torrents combined.',
      }),
      uploadBytesPerSecond: setting(RateLimit, null, {
        title: 'Upload limit',
        description: 'For all torrents combined.',
      }),
      limitLocalPeers: setting(z.boolean(), false, {
        title: 'Apply limits to local peers',
        description: 'Also limits transfers with peers in your own network. If off, these run at full speed.',
      }),
    },
    queue: {
      maxDownloads: setting(z.number().int().min(1).max(10_000).nullable(), null, {
        title: 'Active downloads',
        description: 'Further torrents wait in the queue. Empty: no limit.',
      }),
      maxSeeds: setting(z.number().int().min(1).max(100_000).nullable(), null, {
        title: 'Active uploads',
        description: 'Further torrents wait in the queue. Empty: no limit.',
      }),
    },
    privacy: {
      ipFilter: setting(HostFile.nullable(), null, {
        title: 'IP filter',
        description:
          'A list of addresses on this machine whose peers are neither dialed nor accepted: .dat, .p2p, or networks and addresses, also as .gz. It is read again when it changes.',
      }),
      filterTrackers: setting(z.boolean(), false, {
        title: 'Filter trackers',
        description: 'Also keeps away from trackers whose addresses are in the IP filter.',
      }),
      countryDatabase: setting(HostFile.nullable(), null, {
        title: 'Country database',
        description:
          'A MaxMind .mmdb file on this machine, used to show the countries of peers without asking an online service.',
      }),
    },
  },
  events: {
    topics: {
      torrents: [
        /**
         * Changed members of torrents, or all members of new torrents, at most once a second.
         * Revisions increase: a list with revision R needs the events after R.
         */
        z.object({
          type: z.literal('torrents'),
          revision: z.number(),
          changed: z.array(Torrent.partial().required({ id: true })),
          removed: z.array(TorrentId),
        }),
      ],
      labels: [z.object({ type: z.literal('labels'), labels: z.array(CountedLabel) })],
      'torrent:ID': [
        /** The changes since the previous event, at most once a second. */
        z.object({
          type: z.literal('torrent'),
          id: TorrentId,
          peers: z.array(Peer).optional(),
          sources: z.array(SourceShare).optional(),
          trackers: z.array(Tracker).optional(),
          pieces: PieceMap.optional(),
          files: z
            .array(z.object({ index: z.number(), haveBytes: z.number(), priority: z.number() }))
            .optional(),
        }),
      ],
    },
    invalidates: { settings: ['getTorrent', 'getPeerReach', 'getIpFilter'] },
  },
  commands: [
    'list',
    'show',
    'pause',
    'resume',
    'remove',
    'restore',
    'recheck',
    'reannounce',
    'queue',
    'move',
    'rename',
    'export',
    'files',
    'peers',
    'trackers',
    'ip-filter',
    'limit',
    'label',
  ],
})
