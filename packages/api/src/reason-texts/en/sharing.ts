const reasons = {
  // Adding and sharing.
  'plain-file': 'this is a plain file ({protocol}) with no contents to choose from: add it to download it',
  'server-late': 'its server did not answer in time: try again later',
  'torrent-not-file': '{path} is not a file: give the path of a .torrent',
  'source-or-torrent': 'give either source (a link or path) or torrent (the content of a .torrent)',
  'link-replaceable':
    'the owner of this link can replace its torrent: {program} follow LINK adds it, and each later version',
  'link-unknown': '{link} cannot be downloaded. Supported links: {kinds}',
  'plain-options': 'this is a plain file and not a torrent, so that it cannot have this',
  'added-conflict': '{name} is in the list already: {why}',
  'paused-search': 'what is paused is not published for search: leave out one of both',
  'torrent-link-unknown':
    '{text} is not a torrent: give a magnet link, an info hash, or the URL or absolute path of a .torrent',
  'not-local-file': '{path} is not a file on this machine: give its path',
  'private-search': 'private torrents and sealed shares are never published for search',
  'passphrase-weak':
    'this passphrase is easy to guess: use six random words, such as {program} passphrase makes',
  'share-incomplete': '{path} is not completely downloaded: wait until it is, or remove the download',
  'uploads-many': '{most} uploads are under way: share or cancel one of them first',
  'upload-files-many': 'an upload has at most {most} files: pack them into an archive',
  'upload-twice': '{path} was already sent',
  'upload-running': 'some of its files are still being sent: wait for them',
  'upload-empty': 'nothing has been sent yet: send its files first',
  'upload-gone': 'there is no such upload: it was shared or cancelled, or the node was restarted',
  'upload-path': '{path} is not a valid path: use plain names with / between folders',
  // Letting others in.
  'reach-address': '{host} is not an address of this machine in a network: {found}',
  'reach-no-network': 'this machine is in no network: connect it to one and try again',
  'reach-password':
    'other machines can reach this node, so that its console needs a password: first keep them out with {program} open-up --off, or start the node without --host',
  'reach-port': 'another program uses port {port} of {host}',
  'reach-user': 'the user name shoal belongs to the token: choose another',
  // Folders that the node may use.
  'folder-relative': '{path} is not an absolute path: start it with {slash}',
  'folder-data': "{path} is the node's data folder, which contains its token: choose another folder",
  'folder-outside':
    '{path} is outside the folders that this node may use ({folders}): to allow another, stop the node and start it again with --allow-dir DIR',
  'folder-above-data': "{path} contains the node's data folder with its token: choose a folder inside it",
  'folder-home':
    "{path} is the home folder, whose hidden folders only the node's token opens: choose a folder inside it, or log in with the token",
  'folder-above-home':
    "{path} contains the home folder, whose hidden folders only the node's token opens: choose a folder inside it, or log in with the token",
  'folder-home-open':
    "{path} is in the home folder, which only the node's token opens while others are let in: choose another folder, or log in with the token",
  'folder-hidden':
    "{path} is hidden in the home folder, and only the node's token opens hidden folders: choose another, or log in with the token",
} as const

export default reasons
