const reasons = {
  // Work of the node.
  'job-cancelled': 'it was cancelled',
  'job-gone': 'there is no such job: only the latest ended jobs are kept',
  'no-restart': 'this node cannot restart by itself: stop it and start it again',
  'setting-fixed':
    '{name} is fixed by the command line, the environment or the settings file of the node: change it there',
  'network-starting': 'The Shoal network is starting: try again in a few seconds',
  'network-unavailable': 'The Shoal network is not available: {why}',
  'network-connect': 'cannot connect to {address}: {why}',
  'network-closed': '{address} closed the connection',
  'network-port': 'another program uses port {port}: choose another',
  'network-no-address': '{name} has no address',
  'announce-private': '{name} is private or sealed, and never announced under its content ID',
  'announce-unknown': '{name} cannot be announced until its metadata is known',
  'hook-failed': '{program} cannot be run: {why}',
} as const

export default reasons
