const reasons = {
  // Torrents.
  'file-taken-there': 'another torrent has a file {path} there: choose another folder or name',
  'file-of-both': 'another torrent has the file {path} too: remove one of them, keeping its files, first',
  'files-missing':
    'files of {name} were deleted or truncated: put them back, then resume, which downloads whatever is still missing',
  'files-missing-first':
    'files of {name} were deleted or truncated: put them back, then resume, which downloads whatever is still missing. The first one is {path}',
  'link-for-file':
    '{path} is a symbolic link, which is not followed, in place of a file of {name}: replace it with the file itself, then resume',
  'other-for-file':
    '{path} is no longer a file in place of a file of {name}: replace it with the file itself, then resume',
  'piece-unreadable':
    'piece {piece} cannot be read: {why}. Put the file back, then resume, which checks the files',
  'bytes-outside': 'Bytes {start} to {end} are outside the torrent',
  'session-closed': 'The session is closed',
  'check-again': 'another check began',
  'added-as-other': 'this torrent was already added under its other info hash: remove this entry',
  'added-under-other': 'This torrent has already been added under its other info hash',
  'torrent-no-folder': 'the torrent has no folder {path}',
  'torrent-no-file': 'the torrent has no file {file}',
  'torrent-closed': 'the torrent was closed',
  'torrent-closed-change': 'the torrent was closed: add it again to change it',
  'torrent-removed': 'the torrent was removed: add it again',
  'trackers-too-many': '{count} trackers are too many: give {most} at most',
  'tracker-invalid': '{url} is not a tracker: give an http, https, udp, ws or wss URL',
  'tracker-invalid-number':
    'tracker {number}: {url} is not a tracker: give an http, https, udp, ws or wss URL',
  'web-seed-invalid': '{url} is not a web seed: give a URL with {schemes}',
  'web-seeds-too-many': 'a torrent has {most} web seeds at most: remove one first',
  'peer-invalid': '{address} is not a peer address: give host:port, with an IPv6 address in brackets',
  'metadata-unknown': 'the metadata of this torrent is not known yet: wait for whenMetadata',
  'priority-invalid': '{priority} is not a priority: give an integer from 0 to 7',
  'range-outside': 'the file has {bytes} bytes: {start} to {end} is not a range of integer offsets in it',
  'blocked-peer': 'The IP filter blocks {host}: change the filter to connect to it',
  'blocked-tracker': 'The IP filter blocks {host}: change the filter, or apply it to peers only',
  'torrent-gone': 'there is no torrent {id}: it was removed, or never added',
  'torrent-files-unknown': 'its files are not known yet: wait until a peer has sent the metadata',
  'torrent-file-wrong': 'the torrent has no file {file}: its files are 0 to {last}',
  'torrent-has-no-file': '{name} has no file {path}',
  'path-invalid': '{path} is not a valid path: use names with / between folders',
  'cursor-invalid': 'this cursor is not valid: use `next` of the previous page',
  'label-unknown': 'there is no label {name}',
  'restore-late': '{id} can no longer be restored: add it again',
  'remove-failed': '{id} could not be removed: see the log of the node',
  'preview-added': 'it was added in the meantime: see the list',
  'preview-late': 'no peer has sent the metadata yet: try again later, or add it and let it wait for one',
  'preview-many': 'too many links are being looked up: wait for one of them',
  'node-stopping-later': 'the node is stopping: try again after it has restarted',
  'node-stopping': 'the node is stopping',
  'countries-not-file': '{path} is not a file: give a MaxMind .mmdb file',
  'countries-large': '{path} has {bytes} bytes, which is too large for a country database',
  'countries-wrong': '{path} is not a country database: give a MaxMind .mmdb file',
  'resume-store-closed': 'the resume store is closed: open the session again',
  'disk-of-node-full':
    'the disk of {folder} is full: free {size} there. Until then the node shows and shares what it has, but saves no changes',
} as const

export default reasons
