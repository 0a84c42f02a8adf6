import { plural } from '../plural.ts'

/** Texts of the page that a share link opens. */
export const sharePage = {
  name: 'Shoal',
  home: 'Share files',
  tagline: 'Files go straight from device to device. No server keeps them.',
  theme: { label: 'Colours', system: 'As the system', light: 'Light', dark: 'Dark' },
  link: {
    wrong: {
      'not-a-link': 'This address holds no share',
      'cut-short': 'This link was cut short',
      altered: 'This link was changed on its way',
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
    sealedHint: 'Encrypted by the sender: nobody on the way can read it.',
  },
  state: {
    starting: 'Starting …',
    looking: 'Looking for somebody who has it …',
    nobody:
      'Nobody who has it is online just now. Leave this page open: it goes on as soon as somebody comes.',
    noTracker: (name: string) =>
      `The meeting point ${name} cannot be reached. It is tried again by itself; check your connection.`,
    noTrackers:
      'This link names no meeting point that a browser can use. Ask for a link made by Shoal, or add it to your node.',
    offline: 'You are offline. What is here stays; it goes on when the connection is back.',
    checking: 'Checking what is here already …',
    ready: 'Ready to download',
    downloading: 'Downloading',
    waiting:
      'Nobody who has the rest is online just now. What is here is safe, and it goes on as soon as somebody comes.',
    paused: 'Paused',
    complete: 'Complete and verified',
    someComplete: 'What you chose is complete and verified',
    error: 'Stopped',
  },
  faults: {
    'no-space':
      'There is no room left for this site in your browser. Forget other shares below, or free space on your disk; then go on.',
    'in-use': 'Another tab of this page has these files open. Close it, or go on there.',
    'no-permission':
      'Your browser lets this site store nothing. Allow it site data, or leave the private window.',
    tooLarge: (needed: string, free: string) =>
      `This needs ${needed}, and your browser has ${free} left for this site. Choose fewer files, free space, or add it to your node.`,
  },
  partFailed:
    'A part of this page could not be loaded. What runs goes on; load the page again when you are online.',
  actions: {
    reload: 'Load again',
    download: (size: string) => `Download ${size}`,
    downloadAll: 'Download',
    pause: 'Pause',
    resume: 'Go on',
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
    here: 'here',
    more: (count: number) => plural(count, 'Show # more', 'Show # more'),
  },
  viewer: {
    needsWorker:
      'This window cannot show files: open the page over https, outside a private window. You can still save them.',
    noPdf: 'This browser shows no PDF documents inside a page. Save it to read it.',
  },
  saving: {
    running: (name: string, done: string) => `Saving ${name}: ${done}`,
    done: (name: string) => `${name} is saved.`,
    failed: (name: string, why: string) => `${name} could not be saved: ${why}`,
    started: (name: string) => `Your browser saves ${name}. Keep this page open until it is done.`,
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
    on: (rate: string) => `You help: this page passes on what it has while it is open (${rate} now).`,
    needed: (count: number) =>
      plural(
        count,
        '# other still gets it from you: keep this page open.',
        '# others still get it from you: keep this page open.',
      ),
    uploaded: (bytes: string) => `${bytes} passed on so far.`,
  },
  pass: {
    title: 'Pass it on',
    hint: 'Whoever has this link can fetch it, from here or from others who have it.',
    label: 'Link to this share',
    qr: 'QR code of the link',
  },
  storage: {
    title: 'Kept in this browser',
    used: (used: string, quota: string) => `${used} of ${quota} used`,
    memory: 'This window keeps nothing: what you download is gone when you close it, unless you save it.',
    empty: 'Nothing yet.',
    forgetHint: 'Deletes it from this browser. What you saved elsewhere stays.',
  },
  node: {
    title: 'Add to your node',
    hint: 'A Shoal node on your computer or server downloads it, also when this page is closed.',
    address: 'Address of your node',
    open: 'Add to node',
    added: 'Your node has it now: see its console',
    magnet: 'Open in another BitTorrent program (magnet link)',
    wrong: 'Write an address such as http://127.0.0.1:8420',
  },
}
