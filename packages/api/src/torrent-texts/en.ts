/** English words for torrents and their peers: the same in every interface. */
export default {
  sourceKinds: {
    tcp: 'TCP',
    utp: 'uTP',
    webrtc: 'WebRTC',
    libp2p: 'libp2p',
    webseed: 'Web seed',
    ftp: 'FTP',
    disk: 'Copied from disk',
    other: 'Other',
  },
  /** Columns of a table of peers. */
  transfer: {
    flags: 'Flags',
    down: 'Down',
    up: 'Up',
    downloaded: 'Downloaded',
    uploaded: 'Uploaded',
  },
  trackers: {
    state: 'State',
    peers: 'Peers',
    seeds: 'Seeds',
    leeches: 'Leeches',
  },
  metadata: {
    comment: 'Comment',
    createdBy: 'Created by',
    created: 'Created',
    infoHashV1: 'Info hash v1',
    infoHashV2: 'Info hash v2',
    contentId: 'Content ID',
    private: 'Private',
    version: 'Version',
    pieces: 'Pieces',
    source: 'Source',
  },
  /** Explains why nothing arrives or is uploaded, and the remedy. */
  why: {
    'no-peers':
      'No peer is connected. Somebody who has the content must be online: the download continues by itself then. Another tracker, or the address of a peer, may help.',
    'tracker-error': {
      one: 'No peer is connected, and the tracker fails: {message}. Check your connection and the tracker’s address, or add another tracker. It is asked again by itself.',
      other:
        'No peer is connected, and all {count} trackers fail: {message}. Check your connection and their addresses, or add another tracker. They are asked again by themselves.',
    },
    unreachable: {
      one: 'The tracker fails, so that others cannot find this torrent: {message}. Check your connection and the tracker’s address.',
      other:
        'All {count} trackers fail, so that others cannot find this torrent: {message}. Check your connection and their addresses.',
    },
    stalled:
      'Peers are connected, but nothing has arrived for a minute: they lack what is missing here, or serve others first. More peers may help.',
    checking: 'The files on disk are being checked. It continues by itself.',
  },
  askedRecently: {
    one: 'Some trackers were asked only recently: the last of them is asked again in {count} second',
    other: 'Some trackers were asked only recently: the last of them is asked again in {count} seconds',
  },
  /** Parts of the reputation of a Shoal peer. */
  trust: {
    gave: 'verified data that it gave',
    confirmed: 'receipts for data that it took',
    uptime: 'time connected',
    promises: 'requests that it answered or ignored',
    'failed-pieces': 'wrong pieces',
    junk: 'broken messages',
    neighbors: 'misconduct of others in its network',
  },
  /** Refused messages of the Shoal network. */
  refusals: {
    'bad-message': 'broken messages',
    forged: 'forgeries',
    replayed: 'old versions',
    flood: 'floods',
    unasked: 'answers to nothing',
    full: 'without room',
  },
} as const
