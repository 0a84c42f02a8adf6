const reasons = {
  // Share links.
  'share-link-not': 'This is not a share link. Copy the complete link, including the part after #',
  'share-link-changed': 'This link has been changed. Copy it again, or ask for it again',
  'share-link-cut': 'The end of this link is missing. Copy all of it, or ask for it again',
  'share-link-newer': 'This link was created by a newer version of Shoal. Reload the page or update',
  'share-link-hash': 'A share link needs an info hash',
  'share-link-long': 'The link would be too long. Use fewer trackers and web seeds',
  'share-link-length': 'The length must be a positive integer, a key or secret has {bytes} bytes',
  'share-link-seal': 'This version of Shoal does not support how the share is sealed. Update Shoal',
  // Opening sealed shares.
  'sealed-not': 'This is not a sealed share. It does not begin like an age file',
  'sealed-passphrase': 'This share is sealed with a passphrase. Enter it',
  'sealed-wrong-passphrase': 'The passphrase is wrong. Try again, or ask the person who shared it',
  'passphrase-wrong': 'The passphrase is wrong. Try again',
  'passphrase-empty': 'The passphrase is empty. Choose one',
  'passphrase-memory':
    'Opening this would take more memory than allowed for a passphrase. Ask for it sealed with a lower work factor',
  'sealed-other-key':
    'This share is sealed to another key. Ask for the complete link, or to be added as a recipient',
  'sealed-key': 'This share is sealed to a key. Open the complete link, or give your key file',
  'sealed-header-changed': 'The header of the sealed share has been changed. Ask for the share again',
  'sealed-header-damaged': 'The header of this age file is damaged. Ask for the file again',
  'sealed-key-bytes': 'The key must have 32 bytes',
  'sealed-recipients': 'Give 1 to {most} recipients',
  'sealed-file-changed': 'The file has been changed, or its end is missing',
  'sealed-cut': 'The end of the sealed share is missing. Download it again',
  'sealed-chunk': 'The sealed share has been changed or truncated (at chunk {chunk}). Ask for it again',
  'sealed-leads-out': 'This share has a name that leads out of its folder ({name}). It is not opened',
  'sealed-suspicious':
    'The files of this share are suspiciously larger than the share itself. It is not opened',
  'sealed-files-most': 'The share has more than {most} files',
  'sealed-content': 'The sealed content is not a share. Open it with age',
  'sealed-names-long': 'The names of these files are too long in total. Seal fewer files at a time',
  'sealed-index': 'The index of this share does not match its files. Ask for it again',
  'sealed-nothing': 'There is nothing to seal. Choose a file or folder',
  'sealed-name': 'This name is not allowed in an archive: {name}',
  'sealed-twice': '{name} appears twice',
  'sealed-sparse': 'This archive has sparse files (tar --sparse). Open it with age and tar',
  'sealed-headers': 'The headers of this archive are larger than Shoal supports ({most} files)',
  'sealed-truncated': '{path} was truncated while it was being sealed. Seal it again',
  'sealed-changed': '{path} changed while it was being sealed: seal it again',
  'sealed-device': '{path} is a link or device, which cannot be sealed: take it out of the folder',
  'sealed-not-single': 'this torrent is not a sealed share, which is a single file: ask for the link again',
  'opened-not-sealed': 'this is not the link of a sealed share',
  'opened-others': 'other sealed shares are being opened: try again when one is open',
  'opened-nobody':
    'nobody has sent the beginning of this share yet: try again, and see among the torrents whether it is paused',
  'opened-gone': 'this share is not open any more: open its link again',
  'opened-cursor': 'this is not the cursor of a page',
  'opened-no-key': 'this share is sealed for a key that this node does not have',
  'opened-no-key-get':
    'this share is sealed for a key that this node does not have: {program} get opens it with your key file',
  'opened-passphrase': 'this share needs a passphrase: enter it too',
  'opened-busy': 'too many files of sealed shares are being read: close some of them',
  'sealed-no-file': 'This share has no file {path}',
} as const

export default reasons
