/** Texts of the share page that are loaded on demand, since most visitors do not need them. */
export default {
  host: {
    direct:
      'This page is not encrypted (http), so your browser lets it store nothing. The files come straight from {host} instead: you can save them, however large, and play them. Others in between could read or change them.',
    save: 'Save ({size})',
    saveAll: 'Save all as ZIP ({size})',
    unsecured:
      'This page is not encrypted (http), so your browser lets it store nothing. It keeps downloads in memory, can save files of up to {most} each, and cannot play any.',
    larger: { one: '{count} file is larger.', other: '{count} files are larger.' },
    sealed: 'The share is sealed: only this page can open it, not the node that the page comes from.',
    ways: 'For everything else, ask for a link that begins with https, or add this to your own node below.',
    tooLarge:
      'it is larger than {most}, and this page is not encrypted (http), so your browser lets it store nothing',
    paused: 'The sender has paused this share',
    pausedHelp: 'Nobody else who has it is online. Leave this page open: it continues by itself.',
  },
  faults: {
    'no-space':
      'This site has no space left in your browser. Forget other shares below or free disk space, then resume.',
    'in-use': 'Another tab of this page has these files open. Close it, or continue there.',
    'no-permission': 'Your browser does not let this site store data. Allow it, or leave the private window.',
  },
  viewer: {
    needsWorker:
      'This window cannot show files: open the page over https, outside a private window. You can still save them.',
    noPdf: 'This browser cannot show PDF documents in a page. Save it to read it.',
  },
  seeding: {
    on: 'You help: this page shares what it has while it is open ({rate} now).',
    needed: {
      one: '{count} other still gets it from you: keep this page open.',
      other: '{count} others still get it from you: keep this page open.',
    },
    uploaded: '{bytes} uploaded so far.',
  },
  sender: {
    title: 'You are sharing this. Keep this tab open',
    how: 'The files stay on this device, and others get them straight from here while this tab is open.',
    stored: 'Others get the sealed file straight from this browser while this tab is open.',
    nobody: 'Nobody is loading it yet: send the link.',
    loading: { one: '{count} device is connected', other: '{count} devices are connected' },
    sent: '{bytes} sent',
    rate: '{rate} now',
    enough: 'All of it has been sent at least once.',
  },
} as const
