/** The texts of the player, the viewers and the charts, for both the console and the share page. */
const media = {
  close: 'Close',
  download: 'Download',
  playlist: 'Playlist for a player',
  previous: 'Previous',
  next: 'Next',
  place: '{at} of {of}',
  loading: 'Loading…',
  buffering: 'Fetching this part first…',
  here: '{percent} downloaded. The part being played is fetched first.',
  speed: 'Speed',
  normalSpeed: 'Normal speed',
  speedOf: '{speed}× speed',
  noSubtitles: 'The subtitles {name} could not be read.',
  keys: 'Space plays and pauses, J and L skip ten seconds, arrows five, < and > change the speed, C subtitles, M sound, F full screen.',
  cannotPlay: 'This browser cannot play this kind of file',
  cannotPlayHelp:
    'A player such as VLC or mpv can: open the playlist in it. It plays while the file still downloads.',
  cannotShow: 'There is no preview for this kind of file',
  cannotShowHelp: 'Download it to open it in another program.',
  cannotRead: 'The file could not be read',
  cannotReadHelp: 'Check that the torrent is running and has peers, then try again.',
  retry: 'Try again',
  cut: 'Showing the first {shown} of {whole}.',
  binary: 'This is not a text file. Download it to open it in another program.',
  source: 'Source',
  wrap: 'Wrap lines',
  pdf: 'A PDF document',
  pdfHelp:
    'Download it to read it. A document from a stranger can contain scripts, so it is not opened on your node’s page.',
} as const

const charts = {
  download: 'Download',
  upload: 'Upload',
  downloaded: 'Downloaded',
  uploaded: 'Uploaded',
  time: 'Time',
  table: 'Table',
  none: 'None',
  others: 'Others',
  nothing: 'Nothing yet',
  reads: '{what}: use the arrow keys to read values',
  reading: '{time}: down {down}, up {up}',
} as const

const pieces = {
  title: 'Pieces',
  have: 'Downloaded',
  missing: 'Missing; the stronger the color, the more peers have it',
  unavailable: 'Missing; no connected peer has it',
  missingAlone: 'Missing',
  none: 'The pieces appear when the metadata has arrived.',
  /**
   * The whole chart: one of the first two texts, then one of the other three if pieces are missing.
   */
  summary: {
    all: { one: 'The only piece is downloaded.', other: 'All {count} pieces are downloaded.' },
    some: { one: '{have} of {count} piece downloaded.', other: '{have} of {count} pieces downloaded.' },
    alone: 'No connected peer has more.',
    unavailable: {
      one: '{count} piece is missing from all connected peers.',
      other: '{count} pieces are missing from all connected peers.',
    },
    rarest: {
      one: '{count} peer has the rarest missing piece.',
      other: '{count} peers have the rarest missing piece.',
    },
  },
  cell: {
    piece: 'Piece {number}',
    pieces: 'Pieces {first} to {last}',
    downloaded: '{where}: downloaded',
    unavailable: '{where}: no connected peer has it',
    missing: { one: '{where}: {count} peer has it', other: '{where}: {count} peers have it' },
    rarestUnavailable: '{where}: {have} downloaded; no connected peer has the rarest missing piece',
    rarest: {
      one: '{where}: {have} downloaded; {count} peer has the rarest missing piece',
      other: '{where}: {have} downloaded; {count} peers have the rarest missing piece',
    },
  },
  copies: 'Copies in the swarm',
  copiesHint:
    'Complete copies among the connected peers. Below 1, they cannot complete the download on their own.',
} as const

export default { media, charts, pieces }
