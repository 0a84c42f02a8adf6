import { plural } from '../plural.ts'

const count = new Intl.NumberFormat('en')
const pieces = (number: number) => plural(number, '# piece', '# pieces')
const peersHave = (number: number) => plural(number, '# peer has', '# peers have')

/** Texts of one torrent's page. */
export const torrent = {
  back: 'All transfers',
  gone: { title: 'Torrent not found', body: 'It was removed, or the address is mistyped.' },
  tabs: {
    label: 'Parts of the torrent',
    overview: 'Overview',
    files: 'Files',
    peers: 'Peers',
    trackers: 'Trackers',
    graph: 'Graph',
    log: 'Log',
    options: 'Options',
  },
  head: {
    down: 'Down',
    up: 'Up',
    left: 'Left',
    ratio: 'Ratio',
    peers: 'Peers',
    of: (part: string, whole: string) => `${part} of ${whole}`,
    seeds: (seeds: number) => plural(seeds, '# seed', '# seeds'),
    share: 'Send the link',
    pause: 'Pause',
    resume: 'Resume',
    more: 'More actions',
    play: 'Play',
    open: 'Open',
  },
  pieces: {
    title: 'Pieces',
    have: 'Downloaded',
    missing: 'Missing; the stronger the colour, the more peers have it',
    unavailable: 'Missing; no connected peer has it',
    missingAlone: 'Missing',
    none: 'The pieces appear when the metadata has arrived.',
    summary: (summary: {
      count: number
      have: number
      unavailable: number
      rarest: number | null
      alone: boolean
    }) => {
      if (summary.have === summary.count) return `All ${pieces(summary.count)} downloaded`
      const have = `${count.format(summary.have)} of ${pieces(summary.count)} downloaded`
      if (summary.alone) return `${have}; no connected peer has more`
      if (summary.unavailable > 0) {
        return `${have}; ${pieces(summary.unavailable)} missing from all connected peers`
      }
      return `${have}; ${peersHave(summary.rarest ?? 0)} the rarest missing piece`
    },
    cell: (cell: { first: number; end: number; have: number; rarest: number | null }) => {
      const size = cell.end - cell.first
      const where =
        size === 1
          ? `Piece ${count.format(cell.first)}`
          : `Pieces ${count.format(cell.first)} to ${count.format(cell.end - 1)}`
      if (cell.rarest === null) return `${where}: downloaded`
      const who = cell.rarest === 0 ? 'no connected peer has' : peersHave(cell.rarest)
      return size === 1 ? `${where}: ${who} it` : `${where}: ${cell.have} downloaded; ${who} the rarest`
    },
    copies: 'Copies in the swarm',
    copiesHint: 'Complete copies among the connected peers: below 1, they cannot complete it alone.',
  },
  facts: {
    content: 'Content',
    transfer: 'Transfer',
    identity: 'Identity',
    size: 'Size',
    sizeOf: (wanted: string, total: string) => `${wanted} wanted of ${total}`,
    here: 'On disk',
    downloaded: 'Downloaded',
    uploaded: 'Uploaded',
    wasted: 'Wasted',
    wastedHint: 'Downloaded twice, or corrupt and discarded',
    folder: 'Folder',
    files: 'Files',
    comment: 'Comment',
    createdBy: 'Created by',
    created: 'Created',
    added: 'Added',
    completed: 'Completed',
    active: 'Last active',
    downloading: 'Time downloading',
    seeding: 'Time seeding',
    swarm: 'Whole swarm',
    swarmOf: (seeds: number | null, leeches: number | null) =>
      `${seeds === null ? '?' : plural(seeds, '# seed', '# seeds')}, ${leeches === null ? '?' : plural(leeches, '# leech', '# leeches')}`,
    pieces: 'Pieces',
    piecesOf: (number: number, size: string) => `${count.format(number)} of ${size}`,
    version: 'Version',
    versions: { v1: 'BitTorrent v1', v2: 'BitTorrent v2', hybrid: 'Hybrid: v1 and v2' },
    private: 'Private',
    privateYes: 'Peers come only from its trackers',
    sealed: 'Sealed',
    sealedYes: 'Encrypted before it was shared: peers see neither content nor names',
    infoHashV1: 'Info hash v1',
    infoHashV2: 'Info hash v2',
    contentId: 'Content ID',
    source: 'Source',
    copy: (what: string) => `Copy ${what}`,
    copied: (what: string) => `${what} copied`,
  },
  files: {
    tree: 'Files of the torrent',
    filter: 'Filter files',
    found: (shown: number, all: number) =>
      shown === all
        ? plural(all, '# file', '# files')
        : `${count.format(shown)} of ${plural(all, '# file', '# files')}`,
    none: 'No files match.',
    unknown: 'The files appear when the metadata has arrived. Peers are asked for it.',
    openAll: 'Open all folders',
    sealed:
      'This is one encrypted file, which peers see as sealed.age. The files inside have their own names, which only those who can open it see.',
    closeAll: 'Close all folders',
    want: (name: string) => `Download ${name}`,
    priority: 'Priority',
    priorityOf: (name: string) => `Priority of ${name}`,
    priorities: {
      none: 'Not wanted',
      low: 'Low',
      normal: 'Normal',
      high: 'High',
      mixed: 'Mixed',
      own: (value: number) => `${value} of 7`,
    },
    open: (name: string) => `Open ${name}`,
    play: (name: string) => `Play ${name}`,
    download: 'Download to this device',
    rename: 'Rename…',
    actions: (name: string) => `Actions for ${name}`,
    playlist: 'Playlist for a player',
    renameTitle: 'Rename the file',
    renameHint: 'Use / between folders to move it within the torrent. Sharing continues.',
    renameName: 'New path in the torrent',
    renameSave: 'Rename',
    renamed: 'Renamed',
  },
  peers: {
    table: 'Connected peers',
    none: 'No peers are connected',
    nonePaused: 'A paused torrent has no peers. Resume it to look for some.',
    noneLooking: 'Trackers and the DHT are being asked. You can add one whose address you know.',
    noneLookingNoDht:
      'Trackers are being asked; the DHT is off in the settings. You can add one whose address you know.',
    peer: 'Peer',
    kind: 'Transport',
    flags: 'Flags',
    progress: 'Has',
    down: 'Down',
    up: 'Up',
    downloaded: 'Downloaded',
    uploaded: 'Uploaded',
    unknownClient: 'Unknown client',
    more: (number: number) => plural(number, '# more peer is not shown.', '# more peers are not shown.'),
    add: 'Add a peer',
    addTitle: 'Connect to peers',
    addLabel: 'Addresses',
    addHint: 'host:port, one per line. Put IPv6 addresses in brackets.',
    addConfirm: 'Connect',
    added: 'Connecting',
    flagsTitle: 'What the flags mean',
    flag: {
      D: 'You download from it',
      d: 'Has what you want, but is not uploading to you',
      U: 'You upload to it',
      u: 'Wants what you have, but is waiting for an upload slot',
      S: 'Has not uploaded to you for a while (snubbed)',
      I: 'It connected to you',
      E: 'Encrypted',
    },
    kinds: {
      tcp: 'TCP',
      utp: 'uTP',
      webrtc: 'WebRTC',
      webseed: 'Web seed',
      libp2p: 'libp2p',
      onion: 'Onion',
    } as Record<string, string>,
    sortBy: (column: string) => `Sort by ${column}`,
  },
  trackers: {
    table: 'Trackers and other sources',
    none: 'No trackers. Peers are found through the DHT, which needs none.',
    noneNoDht:
      'No trackers, and the DHT is off in the settings: add a tracker or a peer, or turn on the DHT.',
    nonePrivate: 'No trackers. A private torrent gets peers only from its trackers: add one.',
    source: 'Source',
    tier: (tier: number) => `Tier ${tier + 1}`,
    state: 'State',
    states: { idle: 'Waiting', working: 'Asking', ok: 'Working', failed: 'Failed' },
    peers: 'Peers',
    seeds: 'Seeds',
    leeches: 'Leeches',
    downloads: 'Completed',
    next: 'Next announce',
    nextIn: (time: string) => `in ${time}`,
    kinds: { dht: 'DHT', lsd: 'Local network', pex: 'Other peers' },
    kindHints: {
      dht: 'A table of peers that all clients maintain together',
      lsd: 'Clients in your own network',
      pex: 'Peers exchange addresses of other peers',
    },
    reannounce: 'Ask now',
    asked: 'Asking all sources for more peers',
    edit: 'Edit trackers',
    editTitle: 'Trackers',
    editLabel: 'Addresses',
    editHint: 'One per line. An empty line starts the next tier, which is used when the one above fails.',
    saved: 'Trackers saved',
    webSeeds: 'Web seeds',
    webSeedsNone: 'Servers with the same files can help when no peer has them.',
    webSeedAdd: 'Add a web seed',
    webSeedAddress: 'https://… of the file or folder',
    webSeedConfirm: 'Add',
    webSeedRemove: (url: string) => `Remove ${url}`,
  },
  graph: {
    title: 'Rates',
    label: 'Rates of this torrent',
    spans: { minutes: '5 minutes', quarter: '15 minutes', hour: 'Hour' },
    span: 'Span',
    summary: (down: string, up: string) => `In this time: ${down} downloaded, ${up} uploaded.`,
  },
  log: {
    level: 'Show',
    levels: { debug: 'Everything', info: 'Events', warn: 'Warnings', error: 'Errors' },
    label: 'Log of this torrent',
    none: 'Nothing has been logged since the node started.',
    follow: 'Go to latest',
  },
  options: {
    label: 'Label',
    labelNone: 'No label',
    labelHint: 'A label with its own folder decides where new downloads go; these files stay.',
    tags: 'Tags',
    tagsHint: 'Separated by commas',
    sequential: 'Download in order',
    sequentialHint: 'From start to finish. Rare pieces come later, so others get less from you.',
    limits: 'Limits',
    downloadLimit: 'Download limit',
    uploadLimit: 'Upload limit',
    limitHint: 'Empty: no limit of its own. The limits for all torrents still apply.',
    end: 'Seeding limits',
    ratioLimit: 'Stop at a ratio of',
    timeLimit: 'Stop after minutes',
    asSettings: 'As in the settings',
    never: 'Never',
    own: 'Custom',
    saved: 'Saved',
    organise: 'Label and order',
  },
}
