import { plural } from '../plural.ts'

const count = new Intl.NumberFormat('en')
const pieces = (number: number) => plural(number, '# piece', '# pieces')
const peersHave = (number: number) => plural(number, '# peer has', '# peers have')

/** Texts of one torrent's page. */
export const torrent = {
  back: 'All transfers',
  gone: { title: 'This torrent is not here', body: 'It was removed, or the address is mistyped.' },
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
    have: 'Here',
    missing: 'Missing; the stronger, the more peers have it',
    unavailable: 'Missing; nobody connected has it',
    missingAlone: 'Missing',
    none: 'The pieces show once the metadata is here.',
    summary: (summary: {
      count: number
      have: number
      unavailable: number
      rarest: number | null
      alone: boolean
    }) => {
      if (summary.have === summary.count) return `All ${pieces(summary.count)} are here`
      const have = `${count.format(summary.have)} of ${pieces(summary.count)} here`
      if (summary.alone) return `${have}; no connected peer has more`
      if (summary.unavailable > 0) {
        return `${have}; of ${pieces(summary.unavailable)} no connected peer has a copy`
      }
      return `${have}; ${peersHave(summary.rarest ?? 0)} the rarest missing one`
    },
    cell: (cell: { first: number; end: number; have: number; rarest: number | null }) => {
      const size = cell.end - cell.first
      const where =
        size === 1
          ? `Piece ${count.format(cell.first)}`
          : `Pieces ${count.format(cell.first)} to ${count.format(cell.end - 1)}`
      if (cell.rarest === null) return `${where}: here`
      const who = cell.rarest === 0 ? 'nobody connected has' : peersHave(cell.rarest)
      return size === 1 ? `${where}: ${who} it` : `${where}: ${cell.have} here; ${who} the rarest`
    },
    copies: 'Copies in the swarm',
    copiesHint: 'Whole copies among the connected peers: below 1, they cannot complete it alone.',
  },
  facts: {
    content: 'Content',
    transfer: 'Transfer',
    identity: 'Identity',
    size: 'Size',
    sizeOf: (wanted: string, total: string) => `${wanted} wanted of ${total}`,
    here: 'Here',
    downloaded: 'Downloaded',
    uploaded: 'Uploaded',
    wasted: 'Wasted',
    wastedHint: 'Downloaded twice, or wrong and thrown away',
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
    privateYes: 'Only its trackers tell of peers',
    sealed: 'Sealed',
    sealedYes: 'Encrypted before it was shared: peers carry it, and see neither content nor names',
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
    none: 'No file has this in its name.',
    unknown: 'The files show once the metadata is here. Peers are asked for it.',
    openAll: 'Open all folders',
    sealed:
      'This is one encrypted file, which everybody sees as sealed.age. The files inside have names of their own; who has what opens it sees them.',
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
    renameHint: 'With / between folders, it moves within the torrent. Sharing goes on.',
    renameName: 'New path in the torrent',
    renameSave: 'Rename',
    renamed: 'Renamed',
  },
  peers: {
    table: 'Connected peers',
    none: 'No peer is connected',
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
    addHint: 'host:port, one a line. An IPv6 address stands in brackets.',
    addConfirm: 'Connect',
    added: 'Connecting',
    flagsTitle: 'What the flags mean',
    flag: {
      D: 'You download from it',
      d: 'Has what you want, but does not upload to you yet',
      U: 'You upload to it',
      u: 'Wants what you have, but has to wait for a place',
      S: 'Has not uploaded to you for a while (snubbed)',
      I: 'Connected to you',
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
    none: 'It has no trackers. Peers are found by the DHT, which needs none.',
    noneNoDht:
      'It has no trackers, and the DHT is off in the settings: add a tracker or a peer, or switch the DHT on.',
    nonePrivate: 'It has no trackers. A private torrent has peers only from its trackers: add one.',
    source: 'Source',
    tier: (tier: number) => `Tier ${tier + 1}`,
    state: 'State',
    states: { idle: 'Waiting', working: 'Asking', ok: 'Working', failed: 'Failed' },
    peers: 'Peers',
    seeds: 'Seeds',
    leeches: 'Leeches',
    downloads: 'Completed',
    next: 'Asked again',
    nextIn: (time: string) => `in ${time}`,
    kinds: { dht: 'DHT', lsd: 'Local network', pex: 'Other peers' },
    kindHints: {
      dht: 'A table of who has what, kept by all clients together',
      lsd: 'Clients in your own network',
      pex: 'Peers tell each other of peers',
    },
    reannounce: 'Ask now',
    asked: 'Asking all sources for more peers',
    edit: 'Edit trackers',
    editTitle: 'Trackers',
    editLabel: 'Addresses',
    editHint: 'One a line. An empty line begins the next tier, which is asked when the one above fails.',
    saved: 'Trackers saved',
    webSeeds: 'Web seeds',
    webSeedsNone: 'Servers that have the same files can fill in when no peer does.',
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
    none: 'Nothing was noted since the node started.',
    follow: 'To the latest',
  },
  options: {
    label: 'Label',
    labelNone: 'No label',
    labelHint: 'A label with a folder of its own decides where new downloads go; these files stay.',
    tags: 'Tags',
    tagsHint: 'Separated by commas',
    sequential: 'Download in order',
    sequentialHint:
      'From the first byte to the last. Rare pieces come later, so that others get less from you.',
    limits: 'Limits',
    downloadLimit: 'Download limit',
    uploadLimit: 'Upload limit',
    limitHint: 'Empty: no limit of its own. The limits for all torrents hold besides.',
    end: 'When sharing ends',
    ratioLimit: 'At a ratio of',
    timeLimit: 'After minutes',
    asSettings: 'As the settings say',
    never: 'Never',
    own: 'Own',
    saved: 'Saved',
    organise: 'Label and order',
  },
}
