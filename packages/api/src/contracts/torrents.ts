import { z } from 'zod'
import { contract, MIB, operation, setting } from '../contract.ts'
import {
  FileIndex,
  HostPath,
  Name,
  Nothing,
  PageInput,
  Priority,
  page,
  RateLimit,
  TorrentId,
} from '../schemas/common.ts'
import { Job } from '../schemas/job.ts'
import { CountedLabel, Label } from '../schemas/label.ts'
import { HISTORY_RANGES, History } from '../schemas/node.ts'
import { KnownPeer, Peer } from '../schemas/peer.ts'
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
  UpdateTorrent,
} from '../schemas/torrent.ts'

const One = z.object({ id: TorrentId })

/** `stun:host:port`, or `turn:user:secret@host:port` with optional `?transport=tcp`; user and secret as in a URL. */
const IceServerText = z
  .string()
  .max(1000)
  .regex(
    /^(?:stuns?:|turns?:[^\s:@/]{1,300}:[^\s:@/]{1,300}@)(?:\[[0-9a-fA-F:.]+\]|[^\s:@/?[\]]{1,253})(?::\d{1,5})?(?:\?transport=(?:udp|tcp))?$/,
    'a server is written stun:host:port or turn:user:secret@host:port',
  )

/** Torrents with their files, peers, trackers, labels and queue. */
export const TORRENTS = contract({
  name: 'torrents',
  operations: {
    listTorrents: operation({
      method: 'GET',
      path: '/api/torrents',
      area: 'torrents',
      summary: 'Torrents, filtered and sorted',
      input: ListTorrents,
      output: TorrentPage,
    }),
    actOnTorrents: operation({
      method: 'POST',
      path: '/api/torrents/actions',
      area: 'torrents',
      summary: 'Pause, resume, recheck, reannounce, remove, restore or reorder torrents',
      input: ActOnTorrents,
      output: ActedOn,
      idempotent: true,
      bodyLimitBytes: 8 * MIB,
    }),
    listRemoved: operation({
      method: 'GET',
      path: '/api/removed',
      area: 'torrents',
      summary: 'Torrents that were just removed, which restore brings back',
      input: z.object({}),
      output: z.object({ items: z.array(RemovedTorrent) }),
    }),
    getTorrent: operation({
      method: 'GET',
      path: '/api/torrents/{id}',
      area: 'torrents',
      summary: 'One torrent',
      input: One,
      output: TorrentDetail,
    }),
    updateTorrent: operation({
      method: 'PATCH',
      path: '/api/torrents/{id}',
      area: 'torrents',
      summary: 'Change label, tags, limits, order or place in the queue',
      input: UpdateTorrent,
      output: TorrentDetail,
      idempotent: true,
    }),
    moveTorrent: operation({
      method: 'POST',
      path: '/api/torrents/{id}/move',
      area: 'torrents',
      summary: 'Move the files to another folder',
      input: One.extend({ directory: HostPath }),
      output: Job,
      errors: ['forbidden-path', 'no-space'],
    }),
    getPieces: operation({
      method: 'GET',
      path: '/api/torrents/{id}/pieces',
      area: 'torrents',
      summary: 'Which pieces are here, and how many peers have each',
      input: One,
      output: PieceMap,
    }),
    getTorrentHistory: operation({
      method: 'GET',
      path: '/api/torrents/{id}/history',
      area: 'torrents',
      summary: 'What was transferred over the last hour, while the node ran',
      input: One,
      output: History,
    }),
    listFiles: operation({
      method: 'GET',
      path: '/api/torrents/{id}/files',
      area: 'files',
      summary: 'Files of a torrent',
      input: One.extend({ ...PageInput, limit: z.number().int().min(1).max(10_000).default(1000) }),
      output: page(TorrentFile),
    }),
    setPriority: operation({
      method: 'PATCH',
      path: '/api/torrents/{id}/files',
      area: 'files',
      summary: 'Choose files: 0 not wanted, 1 low, 4 normal, 7 high',
      input: One.extend({
        indexes: z.union([z.literal('all'), z.array(FileIndex).min(1).max(1_000_000)]),
        priority: Priority,
      }),
      output: Nothing,
      idempotent: true,
      bodyLimitBytes: 12 * MIB,
    }),
    renameFile: operation({
      method: 'POST',
      path: '/api/torrents/{id}/files/{index}/rename',
      area: 'files',
      summary: 'Give a file another name, or another folder in the torrent',
      input: One.extend({ index: FileIndex, path: z.string().min(1).max(4096) }),
      output: Nothing,
      idempotent: true,
    }),
    listPeers: operation({
      method: 'GET',
      path: '/api/torrents/{id}/peers',
      area: 'peers',
      summary: 'Connected peers and web seeds',
      input: One,
      output: z.object({ items: z.array(Peer) }),
    }),
    addPeers: operation({
      method: 'POST',
      path: '/api/torrents/{id}/peers',
      area: 'peers',
      summary: 'Connect to peers',
      input: One.extend({ addresses: z.array(z.string().max(300)).min(1).max(1000) }),
      output: Nothing,
      idempotent: true,
    }),
    listTrackers: operation({
      method: 'GET',
      path: '/api/torrents/{id}/trackers',
      area: 'peers',
      summary: 'Trackers and other sources of peers, with their last answers',
      input: One,
      output: z.object({ items: z.array(Tracker) }),
    }),
    setTrackers: operation({
      method: 'PUT',
      path: '/api/torrents/{id}/trackers',
      area: 'peers',
      summary: 'Replace the trackers: a list of tiers',
      input: One.extend({ tiers: z.array(z.array(z.string().max(2000)).max(1000)).max(1000) }),
      output: z.object({ items: z.array(Tracker) }),
      bodyLimitBytes: 4 * MIB,
    }),
    setWebSeeds: operation({
      method: 'PUT',
      path: '/api/torrents/{id}/webseeds',
      area: 'peers',
      summary: 'Replace the web seeds',
      input: One.extend({ urls: z.array(z.string().max(2000)).max(1000) }),
      output: Nothing,
      bodyLimitBytes: 4 * MIB,
    }),
    listKnownPeers: operation({
      method: 'GET',
      path: '/api/peers',
      area: 'peers',
      summary: 'What is remembered of peers, last seen first',
      input: z.object(PageInput),
      output: page(KnownPeer),
    }),
    listLabels: operation({
      method: 'GET',
      path: '/api/labels',
      area: 'labels',
      summary: 'Labels, their folders, and how many torrents have each',
      input: z.object({}),
      output: z.object({ items: z.array(CountedLabel), tags: z.array(z.string()) }),
    }),
    putLabel: operation({
      method: 'PUT',
      path: '/api/labels/{name}',
      area: 'labels',
      summary: 'Make or change a label',
      input: Label.partial().required({ name: true }),
      output: CountedLabel,
      errors: ['forbidden-path'],
    }),
    removeLabel: operation({
      method: 'DELETE',
      path: '/api/labels/{name}',
      area: 'labels',
      summary: 'Remove a label; its torrents keep their folders',
      input: z.object({ name: Name }),
      output: Nothing,
    }),
    getHistory: operation({
      method: 'GET',
      path: '/api/stats/history',
      area: 'node',
      summary: 'What was transferred over the hour, day, month or year',
      input: z.object({ range: z.enum(HISTORY_RANGES).default('hour') }),
      output: History,
    }),
  },
  settings: {
    downloads: {
      directory: setting(HostPath, undefined, {
        title: 'Download folder',
        description: 'Where downloads go, unless a label or you say otherwise.',
      }),
      preallocate: setting(z.boolean(), false, {
        title: 'Reserve room',
        description: 'Takes the whole room of a file before it downloads, so that a full disk shows at once.',
      }),
      startPaused: setting(z.boolean(), false, {
        title: 'Add paused',
        description: 'New torrents wait until you start them.',
      }),
    },
    network: {
      port: setting(z.number().int().min(0).max(65_535), 6881, {
        title: 'Port for peers',
        description:
          'TCP and UDP. Forward it in your router so that peers can reach you. 0 takes any free one.',
      }),
      encryption: setting(z.enum(['plain', 'prefer', 'require']), 'prefer', {
        title: 'Encryption',
        description: 'Prefer hides the protocol where the peer can. Require refuses peers that cannot.',
      }),
      dht: setting(z.boolean(), true, {
        title: 'DHT',
        description: 'Finds peers without trackers. Never used for private torrents.',
      }),
      lsd: setting(z.boolean(), true, {
        title: 'Local discovery',
        description: 'Finds peers in the same network.',
      }),
      pex: setting(z.boolean(), true, {
        title: 'Peer exchange',
        description: 'Peers tell each other of peers. Never for private torrents.',
      }),
      trackers: setting(z.boolean(), true, {
        title: 'Trackers',
        description: 'Asks the servers that a torrent names for peers.',
      }),
      webrtc: setting(z.boolean(), true, {
        title: 'WebRTC',
        description: 'Reaches peers that are web pages, over trackers whose URLs begin with ws: or wss:.',
      }),
      iceServers: setting(z.array(IceServerText).max(20), [], {
        title: 'STUN and TURN servers',
        description:
          'Help WebRTC past firewalls: stun:HOST:PORT tells your address, turn:USER:SECRET@HOST:PORT relays.',
        example: ['stun:stun.example:3478', 'turn:anna:secret@turn.example:3478?transport=tcp'],
      }),
      publicUrl: setting(
        z
          .string()
          .max(500)
          .regex(/^https?:\/\/[^\s/?#@]+$/i, 'an address is written http://HOST:PORT, with nothing after it')
          .nullable(),
        null,
        {
          title: 'Public address',
          description:
            'How others reach this node, such as http://203.0.113.7:8420: what you share then names its tracker.',
        },
      ),
      maxConnections: setting(z.number().int().min(1).max(65_535), 500, {
        title: 'Most connections',
        description: 'For all torrents together.',
      }),
      maxConnectionsPerTorrent: setting(z.number().int().min(1).max(65_535), 100, {
        title: 'Most connections of a torrent',
        description: '',
      }),
      uploadSlots: setting(z.number().int().min(1).max(1000), 8, {
        title: 'Upload slots',
        description: 'How many peers one torrent uploads to at a time.',
      }),
    },
    limits: {
      downloadBytesPerSecond: setting(RateLimit, null, {
        title: 'Download limit',
        description: 'For all torrents together.',
      }),
      uploadBytesPerSecond: setting(RateLimit, null, {
        title: 'Upload limit',
        description: 'For all torrents together.',
      }),
      limitLocalPeers: setting(z.boolean(), false, {
        title: 'Limit local peers too',
        description:
          'The limits hold for peers in your own network as well. Off: these transfer as fast as they can.',
      }),
    },
    queue: {
      maxDownloads: setting(z.number().int().min(1).max(10_000).nullable(), null, {
        title: 'Active downloads',
        description: 'More wait in the queue. Empty: no limit.',
      }),
      maxSeeds: setting(z.number().int().min(1).max(100_000).nullable(), null, {
        title: 'Active uploads',
        description: 'More wait in the queue. Empty: no limit.',
      }),
    },
    privacy: {
      countryDatabase: setting(HostPath.nullable(), null, {
        title: 'Country database',
        description: 'A MaxMind .mmdb file on this machine. Peers then show their country; nobody is asked.',
      }),
    },
  },
  events: {
    topics: ['torrents', 'labels'],
    types: [
      /**
       * Members of torrents that changed; whole ones for those that are new. At most once a second. Revisions count up; a list of revision R
       * needs the events beyond R.
       */
      z.object({
        type: z.literal('torrents'),
        revision: z.number(),
        changed: z.array(Torrent.partial().required({ id: true })),
        removed: z.array(TorrentId),
      }),
      z.object({ type: z.literal('labels'), labels: z.array(CountedLabel) }),
      /** Of `torrent:ID`: once a second while they change. Each has what changed since the last. */
      z.object({
        type: z.literal('torrent'),
        id: TorrentId,
        peers: z.array(Peer).optional(),
        trackers: z.array(Tracker).optional(),
        pieces: PieceMap.optional(),
        files: z
          .array(z.object({ index: z.number(), haveBytes: z.number(), priority: z.number() }))
          .optional(),
      }),
    ],
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
    'files',
    'peers',
    'trackers',
    'limit',
    'label',
  ],
})
