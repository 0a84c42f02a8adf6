import { plural } from '../plural.ts'

/** Texts of the page that a share link opens. */
export const sharePage = {
  name: 'Shoal',
  home: 'Share files',
  tagline: 'Files go straight from device to device. No server keeps them.',
  theme: { label: 'Colours', system: 'As the system', light: 'Light', dark: 'Dark' },
  link: {
    wrong: {
      'not-a-link': 'This address contains no share',
      'cut-short': 'This link was cut short',
      altered: 'This link was altered',
      'too-new': 'This link needs a newer Shoal',
      'bad-argument': 'This link cannot be read',
    },
    again: 'Open another link',
    paste: 'Got a link? Paste it here',
    open: 'Open',
  },
  facts: {
    files: (count: number) => plural(count, '# file', '# files'),
    sealed: 'Sealed',
    sealedHint: 'Encrypted by the sender: nobody in between can read it.',
  },
  state: {
    starting: 'Starting …',
    looking: 'Looking for someone who has it …',
    nobody:
      'Nobody who has it is online right now. Leave this page open: it continues when someone comes online.',
    noTracker: (name: string) =>
      `The tracker ${name} cannot be reached. It is retried automatically; check your connection.`,
    noTrackers:
      'This link contains no tracker that a browser can use. Ask for a link made by Shoal, or add it to your node.',
    offline: 'You are offline. Downloaded data is kept; the download continues when you are online.',
    checking: 'Checking downloaded data …',
    ready: 'Ready to download',
    downloading: 'Downloading',
    waiting:
      'Nobody who has the rest is online right now. Downloaded data is kept; it continues when someone comes online.',
    paused: 'Paused',
    complete: 'Complete and verified',
    someComplete: 'Your selection is complete and verified',
    error: 'Stopped',
  },
  faults: {
    'no-space':
      'This site has no space left in your browser. Forget other shares below or free disk space, then resume.',
    'in-use': 'Another tab of this page has these files open. Close it, or continue there.',
    'no-permission': 'Your browser does not let this site store data. Allow it, or leave the private window.',
    tooLarge: (needed: string, free: string) =>
      `This needs ${needed}, and your browser has ${free} left for this site. Choose fewer files, free space, or add it to your node.`,
  },
  partFailed:
    'A part of this page could not be loaded. Transfers continue; reload the page when you are online.',
  actions: {
    reload: 'Reload',
    download: (size: string) => `Download ${size}`,
    downloadAll: 'Download',
    pause: 'Pause',
    resume: 'Resume',
    retry: 'Try again',
    save: 'Save',
    saveAll: 'Save all',
    saveFile: (name: string) => `Save ${name}`,
    play: (name: string) => `Play ${name}`,
    show: (name: string) => `Show ${name}`,
    forget: 'Forget',
    cancel: 'Cancel',
    close: 'Close',
    copy: 'Copy link',
    copied: 'Copied',
    send: 'Send …',
    qr: 'QR code',
  },
  progress: {
    label: 'Downloaded',
    of: (have: string, all: string) => `${have} of ${all}`,
    left: (time: string) => `${time} left`,
    pieces: 'Pieces',
  },
  files: {
    title: 'Files',
    choose: (name: string) => `Download ${name}`,
    all: 'All files',
    here: 'downloaded',
    more: (count: number) => plural(count, 'Show # more', 'Show # more'),
  },
  viewer: {
    needsWorker:
      'This window cannot show files: open the page over https, outside a private window. You can still save them.',
    noPdf: 'This browser cannot show PDF documents in a page. Save it to read it.',
  },
  saving: {
    running: (name: string, done: string) => `Saving ${name}: ${done}`,
    done: (name: string) => `${name} is saved.`,
    failed: (name: string, why: string) => `${name} could not be saved: ${why}`,
    started: (name: string) => `Your browser is saving ${name}. Keep this page open until it is done.`,
  },
  peers: {
    title: 'Who has it',
    webrtc: 'browser link',
    webseed: 'web server',
    tcp: 'TCP',
    unknownClient: 'unknown program',
    has: (share: string) => `has ${share}`,
    sent: (bytes: string) => `${bytes} sent to it`,
    down: (rate: string) => `${rate} from it`,
    up: (rate: string) => `${rate} to it`,
    connected: (peers: number) =>
      peers === 0
        ? 'Nobody is connected just now'
        : plural(peers, '# device connected', '# devices connected'),
    count: (seeds: number, peers: number) =>
      peers === 0
        ? 'Nobody is connected just now'
        : seeds === peers
          ? plural(peers, '# device has all of it', '# devices have all of it')
          : `${plural(peers, '# device', '# devices')} connected, ${seeds} with all of it`,
  },
  seeding: {
    on: (rate: string) => `You help: this page shares what it has while it is open (${rate} now).`,
    needed: (count: number) =>
      plural(
        count,
        '# other still gets it from you: keep this page open.',
        '# others still get it from you: keep this page open.',
      ),
    uploaded: (bytes: string) => `${bytes} uploaded so far.`,
  },
  pass: {
    title: 'Pass it on',
    hint: 'Anyone with this link can get it, from you or from others who have it.',
    label: 'Link to this share',
    qr: 'QR code of the link',
  },
  storage: {
    title: 'Stored in this browser',
    used: (used: string, quota: string) => `${used} of ${quota} used`,
    memory: 'This window stores nothing: downloads are lost when you close it, unless you save them.',
    empty: 'Nothing yet.',
    forgetHint: 'Deletes it from this browser. Files you saved elsewhere stay.',
  },
  node: {
    title: 'Add to your node',
    hint: 'A Shoal node on your computer or server downloads it, even when this page is closed.',
    address: 'Address of your node',
    open: 'Add to node',
    added: 'Added to your node: see its console',
    magnet: 'Open in another BitTorrent program (magnet link)',
    wrong: 'Enter an address such as http://127.0.0.1:8420',
  },
}
