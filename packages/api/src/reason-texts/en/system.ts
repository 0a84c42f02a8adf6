const reasons = {
  // Errors of the system.
  'connect-refused': 'connect ECONNREFUSED {address}',
  'connect-refused-code': 'ECONNREFUSED',
  'connect-timeout': 'connect ETIMEDOUT {address}',
  'connect-unreachable': 'connect EHOSTUNREACH {address}',
  'connect-no-network': 'connect ENETUNREACH {address}',
  'timeout-code': 'ETIMEDOUT',
  'unreachable-code': 'EHOSTUNREACH',
  'no-network-code': 'ENETUNREACH',
  'name-unknown': 'getaddrinfo ENOTFOUND {host}',
  'name-later': 'getaddrinfo EAI_AGAIN {host}',
  reset: 'read ECONNRESET',
  'reset-code': 'ECONNRESET',
  'hang-up': 'socket hang up',
  'tls-early': 'Client network socket disconnected before secure TLS connection was established',
  'certificate-self-signed': 'self-signed certificate',
  'certificate-chain': 'self-signed certificate in certificate chain',
  'certificate-expired': 'certificate has expired',
  'certificate-unverified': 'unable to verify the first certificate',
  'disk-full-code': 'ENOSPC: no space left on device, {call}',
  // Files and folders.
  'path-exists': '{path} exists',
  'path-missing': 'there is no such file or folder',
  'path-part-file': 'part of the path is a file, not a folder',
  'path-folder': 'this is a folder: choose a file',
  'path-denied': 'permission denied: change its permissions or choose another place',
  'path-read-only': 'the file system is read-only: choose another place',
  'path-disk-full': 'the disk is full: free some space and try again',
  'path-quota': 'your disk quota is exceeded: free some space and try again',
  'path-too-long': 'the name is too long for the file system: choose a shorter one',
} as const

export default reasons
