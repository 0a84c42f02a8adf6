export const reach = {
  title: 'Let others in',
  open: 'Let others in',
  opening: 'Opening and testing …',
  close: 'Keep others out',
  test: 'Test again',
  noHub:
    'No hub could test from outside. Add the tracker of a hub to “Trackers for new torrents” in the settings.',
  about:
    'The node then accepts connections in your network, at once and after each restart, and links begin with an address that others can open. Whoever has a link opens it without a password. The console gets a password.',
  own: 'Address in your network',
  password: 'Password for the console',
  passwordHint: 'At least 8 characters. Leave it empty for six random words.',
  outside: 'For people outside of your network',
  address: 'Public address',
  addressHint:
    'Your router must forward this port to this machine. Leave it empty if you do not know: a test by a hub finds it.',
  fixedHost:
    'The node was started to accept connections from its own machine only (--host). Start it without that option to let others in.',
  noNetwork: 'This machine is not in a network. Connect it to one and try again.',
  retry: 'Try again',
  begin: 'They begin with',
  links: {
    machine: 'Links work on this machine only.',
    network: 'Links work on this network.',
    everyone: 'Links work for everyone.',
  },
  linkFor: {
    machine: 'This link works on this machine only.',
    network: 'This link works on this network: in any browser there, with nothing to install.',
    everyone: 'This link works for everyone: in any browser, with nothing to install.',
  },
  plain:
    'The address is not encrypted (http): browsers let its page store nothing, so guests save and play the files straight from this node. Others in the network could read them.',
  plainSealed:
    'The address is not encrypted (http): browsers let its page store nothing, so guests can save files of up to 268 MB each, and play none.',
  /** Depends on whether peers from outside can connect to the node. */
  magnetFor: {
    reachable: 'The magnet link works for BitTorrent programs anywhere.',
    unknown:
      'The magnet link works for BitTorrent programs that can connect to this node. Whether those of others can is not known yet.',
    unreachable:
      'Others can probably not connect to this node: the magnet link works only for BitTorrent programs that this node can connect to.',
    off: 'This node accepts no connections from others: the magnet link works only for BitTorrent programs that this node can connect to.',
  },
  sealedHereOnly: 'This link works in browsers of this machine only. Shoal itself opens it anywhere.',
  problem: {
    'listens-here-only':
      'The public address in the settings leads nowhere, because the node accepts connections from this machine only.',
    unreachable:
      'The public address in the settings leads nowhere: a test failed. Check it, and that your router forwards its port to this machine.',
    untested: 'No test has reached the public address. Try it from another network, such as that of a phone.',
  },
  here: {
    yes: 'Reached from this machine',
    no: 'Not reached from this machine',
    unknown: 'Not tested from this machine',
  },
  fromOutside: {
    yes: 'reached from outside',
    no: 'not reached from outside',
    unknown: 'not tested from outside, which requires a hub',
  },
  console: 'On other devices, the console asks for the user name {name} and the password.',
  once: 'Note it now: it is not shown again.',
  copy: 'Copy password',
  settings: 'Open the settings.',
} as const
