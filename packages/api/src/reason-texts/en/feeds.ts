const reasons = {
  // Feeds.
  // Requests of the node.
  'redirects-many': '{host}: more than {most} redirects',
  'redirect-refused': '{host}: it redirects from {scheme} to an address that is not allowed',
  'response-large': '{host}: the response is larger than {bytes} bytes',
  refused: 'connection refused',
  lost: 'the connection was lost',
  'timed-out': 'the connection timed out',
  'host-unreachable': 'the host is unreachable',
  'network-unreachable': 'the network is unreachable',
  'host-unknown': 'unknown host: check the spelling',
  'name-unresolved': 'the name could not be resolved',
  'leads-inside':
    'it leads to {host} in the local network, where redirects and feeds from outside may not lead',
  'certificate-untrusted': '{host}: its certificate is not trusted ({code})',
  'response-invalid': '{host}: the response is invalid ({code})',
  'torrent-url': '{host} did not send a .torrent file: check the URL',
  'url-invalid': '{url} is not a valid URL: check the spelling',
  'torrent-status': 'the server answered {status} for the .torrent: check the URL',
  'torrent-fetch': 'Cannot fetch the .torrent file: {why}',
  // Plain downloads.
  'download-twice': '{url} is already being downloaded to {path}: wait for it',
  'download-longer': '{url}: the server sent more than the {bytes} bytes that it announced',
  'download-space': '{path} needs {size} more space: free some and try again',
  'ftp-invalid': '{host}: the response is not valid FTP',
  'ftp-login':
    '{host}: the login failed (FTP {code}): put a user name and password before the host, as in {example}',
  'ftp-missing': '{host}: the file does not exist, or you may not read it (FTP {code})',
  'ftp-failed': '{host}: the server did not send the file (FTP {code})',
  'ftp-url': 'this FTP URL cannot be downloaded: {why}',
  'http-compressed': '{host}: the server compressed the file ({encoding}) without being asked',
  'http-missing': '{host}: there is no such file (HTTP {status}): check the link',
  'http-denied':
    '{host}: access was denied (HTTP {status}): put a user name and password before the host, as in {example}',
  'http-failed': '{host}: the server did not send the file (HTTP {status}): check the link',
  'http-range': '{host}: the server sent a different range than requested',
  'http-size': '{host}: the server gave an invalid file size',
  'not-a-url': 'this is not a URL: check the spelling',
  'response-late': '{host}: no response within {seconds} seconds',
  'download-cut': 'the connection ended after {part} of {whole} bytes',
  'download-silent': 'no data arrived for {seconds} seconds',
  'http-busy': '{host}: the server is busy or failed (HTTP {status})',
  'ftp-later': '{host}: the file is not available at the moment (FTP {code})',
  // Watch folders.
  // Published links.
  'follow-many': 'a node follows at most {most} links: remove some first',
  'follow-none': 'the DHT has no version of this link at the moment',
  'follow-no-torrent': 'the latest version of this link names no torrent',
  'link-gone': 'there is no such link: it may have been removed',
  'version-large': 'a version is at most 2^63 - 1',
  'signature-wrong': 'this signature is not one of the owner of the link for this version',
  'version-newer': 'version {version} of this link is newer: publish a greater one',
  'publish-many': 'a node publishes at most {most} links: remove some first',
  'version-elsewhere': 'a newer version of this link was published elsewhere: publish a greater one',
} as const

export default reasons
