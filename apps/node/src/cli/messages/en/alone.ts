import words from '@shoal/api/torrent-texts/en'

/** Commands that work without a node. */
export const alone = {
  share: {
    summary: 'Share a folder and everything that is put there',
    about:
      'Creates the folder if it does not exist, shares each file and folder in it as a separate torrent, and prints the magnet links. New files are shared as well, changed files are shared again, and removed files are no longer shared. Unfinished downloads of {shoal} get in this folder are completed and shared. Left out, and reported, are: what a node of yours manages (also with another --data-dir), what was sealed and its originals, unfinished files of browsers and other programs, and hidden files and folders. Ctrl-C stops sharing.\n\nHashes are kept in the state folder, so that unchanged files are not hashed again: SHOAL_STATE, else ~/.local/state/shoal (Linux), ~/Library/Application Support/Shoal (macOS) or %LOCALAPPDATA%\\Shoal (Windows).',
    options: { dir: 'Folder to share. Default: ~/Shoal' },
    examples: {
      plain: 'Shares everything in ~/Shoal',
      dir: 'Shares the folder Public and uploads at most 1,000,000 bytes per second',
    },
    listening:
      'Sharing {directory} on port {port}. Files that you put there are shared. Press Ctrl-C to stop',
    empty: 'The folder is empty',
    refused: 'Not shared: {reason}',
    leftOut: {
      hidden: {
        one: 'Left out: {names}. It is hidden; --hidden includes it',
        other: 'Left out: {names}. They are hidden; --hidden includes them',
      },
      unfinished: {
        one: 'Left out: {names}. It is not completely downloaded',
        other: 'Left out: {names}. They are not completely downloaded',
      },
      managed: {
        one: 'Left out: {names}. Your node manages it',
        other: 'Left out: {names}. Your node manages them',
      },
      sealed: { one: 'Left out: {names}. It was sealed', other: 'Left out: {names}. They were sealed' },
    },
    gone: 'No longer shared: {name} was removed',
    changed: '{name} has changed and is shared again',
    sharing: 'Sharing {name} ({size})',
    partOfTorrent:
      '{progress} of {name} is in {directory}: {shoal} check shows what is missing or different, {shoal} get downloads it',
  },
  get: {
    summary: 'Download from a magnet link, info hash, content ID, .torrent, share link or published link',
    about:
      'Downloads into a folder, verifies every piece, and ends when the download is complete; with --seed it continues to share until Ctrl-C. Existing files from an earlier run or another source are used, so the same command resumes an interrupted download.\n\nWith --node, a running node downloads and continues to share; the limits then apply to this torrent.\n\nA sealed share is opened when it is complete. The sealed file is then deleted, unless --seed is given. A wrong key or passphrase is reported before the download.\n\nA published link (magnet:?xs=urn:btpk:…) leads to the torrent that its owner names at the moment, which is looked up in the DHT. {shoal} follow also gets the later ones.\n\nWithout -o, the download goes to the folder Shoal in your home folder, which {shoal} share shares.',
    options: {
      out: 'Folder to download into. Default: ~/Shoal',
      peer: 'Connect to this peer',
      tracker: 'Also announce to this tracker (not for private torrents)',
      webSeed: 'Also download from this web or FTP server: http(s)://, ftp://',
      select: 'Download only these files, numbered as in {shoal} info: 0,2-4',
      sequential: 'Download in order, to watch or listen immediately',
      preallocate: 'Reserve the disk space of each file at once, so that a full disk is noticed early',
      seed: 'Continue to share after the download is complete',
      networkNode:
        'Join the Shoal network through this node, too: /ip4/203.0.113.7/tcp/6882. It finds who has the torrent, without trackers',
      timeout: 'Give up after this time: 30s, 10m, 1h',
    },
    examples: {
      plain: 'Downloads the content of the link',
      select: 'Downloads four of its files, then shares them',
    },
    stopped: 'stopped at {progress}: run the same command to continue',
    noSpace: '{reason}. Finished pieces are kept: run the same command to continue',
    noMetadata:
      'no peer sent the metadata of this link within {time}: try again later, or give --peer HOST:PORT',
    timedOut: '{progress} complete after {time} ({peers}, {rate}): run the same command to continue',
    taken:
      'another shoal (process {pid}) is downloading this into the same folder: wait for it, or choose another folder',
    noFile: '--select: there is no file {index}: this torrent has 0 to {last}',
    networkNodeSealed:
      '--network-node is for shares whose link contains the key: nobody finds the others in the Shoal network',
    selectSealed: '--select cannot be given for a sealed share: it is opened as a whole',
    understood:
      'a magnet link (magnet:?xt=…), an info hash (40 or 64 hex digits, or 32 base32 characters), a content ID (baf5r…), a published link (magnet:?xs=urn:btpk:…), the path or http(s) URL of a .torrent file, or a share link in quotes',
    unknown: '{link} cannot be downloaded. Supported links: {understood}',
    nothing: 'nothing',
    publishedLookup: 'Looking up the published link in the DHT',
    publishedFound: 'Version {version} of the link is the torrent {infoHash}',
    publishedNotFound:
      'the DHT had no version of this published link within {time}: check the link, or try again later',
    publishedNoNodes:
      'the DHT was not reached within {time}, so the published link could not be looked up: check the network, or give --dht-node HOST:PORT',
    publishedNoTorrent: 'the latest version of this published link names no torrent',
    publishedWithoutDht: 'a published link is looked up in the DHT: omit --no-dht',
    publishedBehindHttp:
      'a published link is looked up in the DHT, which needs UDP: an HTTP proxy does not relay it, and in strict mode nothing bypasses the proxy',
    publishedBehindProxy:
      'the DHT was not reached through the proxy within {time}, so the published link could not be looked up: the proxy must relay UDP (SOCKS5)',
    publishedWithoutUdp: 'a published link is looked up in the DHT, which needs UDP: it cannot be used here',
    plainFile:
      '{url} is not a .torrent. The running node downloads plain files: {shoal} add URL, or {shoal} get URL --node local',
    cutShareLink:
      "{url} is not a .torrent. A share link must be complete: {shoal} get 'https://…/#…', in quotes, with the part after #",
  },
  seed: {
    summary: 'Share one file or folder',
    about:
      'Creates a torrent of the file or folder, or verifies it against an existing one (--torrent), prints the magnet link, and shares until Ctrl-C. Files that have not changed since they were last hashed are not read again.\n\nWith --seal, the content is encrypted first. Only people who have the link, the passphrase or one of the keys can read it; everyone else, including trackers and peers, sees a single file of about the same size. The printed link contains the key after the #. The encrypted file is an age file that contains a tar archive: age -d sealed.age | tar x opens it.\n\nWith --findable, others find it by search and by content ID in the Shoal network while the command runs. Everybody can then read its name, and the names and sizes of its files. The description is signed with a key of this run, and withdrawn at the end.\n\nWith --node, a running node creates and shares the torrent, and the command ends when it is shared.',
    options: {
      torrent: 'Use this .torrent: a path or URL. Default: create a new one',
      superSeeding: 'Show each peer single pieces until the swarm has a copy (super seeding, BEP 16)',
      findable: 'Let others find it by search and content ID in the Shoal network',
      networkNode:
        'With --findable: join the Shoal network through this node, too: /ip4/203.0.113.7/tcp/6882',
      peer: 'Connect to this peer',
    },
    examples: {
      plain: 'Shares the folder Photos and prints its magnet link',
      torrent: 'Shares a file that was downloaded before',
      findable: 'Shares the folder, and lets others find it by search while it is shared',
      seal: 'Encrypts the folder, shares it, and prints the link that opens it',
      to: 'Encrypts the folder so that only the owner of this key can open it',
    },
    unfinished: '{path} is not completely downloaded: wait until it is, or remove the download',
    listening: 'Listening on port {port}. Press Ctrl-C to stop',
    givenTorrent:
      '--torrent already describes the torrent: omit --v1, --v2, --private, --piece-length, --comment, --source, --hidden and --keep-links',
    findableNow: 'Others find {name} in the Shoal network',
    findableFailed: 'Others do not find this in the Shoal network: {reason}',
    neverFindable:
      'private torrents and sealed shares are never published, and neither is anything behind a proxy or on an interface of its own: omit --findable',
    nodeWithoutFindable: '--network-node is for --findable',
    hiddenOfFile: '--hidden is for folders: a file that you name is shared in any case',
    notWithSeal: '--torrent and --keep-links cannot be given with --seal',
    sharingSealed: 'Sharing {name}, sealed ({size})',
    howToOpen:
      "Send this link. It opens where Shoal is installed:\n  {shoal} get '{link}'\nFor a link that opens in any browser, give the address of a share page with --page",
  },
  unseal: {
    summary: 'Open a sealed share on this disk',
    about:
      'Opens a sealed share that is stored on this disk, for example one that a node downloaded, either completely or not at all. It also opens any other age file that contains a tar archive.\n\nExisting files are never overwritten; new files get a number instead.',
    file: 'the sealed file',
    options: {
      out: 'Folder to open into. Default: the current folder',
      linkFile:
        'File whose first line is the share link, for shares with the key in the link; - for standard input',
    },
    examples: {
      plain: 'Opens it with the passphrase or your key file',
      link: 'Opens it with the key in its link',
    },
    opened: 'Opened: {what} ({files}, {size})',
    openedPart: 'Opened: {what} ({files}, {size}; skipped {links})',
  },
  passphrase: {
    summary: 'Make a passphrase of six random words',
    about:
      'Prints six random words of the English list of BIP 39, 2048 words that differ in their first four letters: 66 bits. Use them with seed --seal --passphrase or key new, which refuse a passphrase that is easy to guess.',
    example: 'Prints six words',
  },
  key: {
    summary: 'Create and show your key, to which others seal shares',
    about:
      'Others seal shares to your public key ({shoal} seed --seal --to …), and {shoal} get opens them with your secret key.\n\nnew creates a key and writes it to the key file, encrypted with a passphrase that you are asked for. show prints the public key as did:key:… and as age1…, to give to others. export prints the secret key as text for age -i; keep it to yourself. With a share link, export prints the key in the link.\n\nwords prints the secret key as 24 words (BIP 39): write them on paper and keep them where nobody finds them. restore makes the key file anew from them, with a new passphrase, also on another machine.\n\nA lost key or passphrase cannot be recovered otherwise: keep the words, or a copy of the key file.',
    action: 'new, show, export, words or restore',
    link: 'For export: a share link whose key to print',
    options: {
      keyFile: 'Key file. Default: identity.age in the state folder',
      passphraseFile:
        'File whose first line is the passphrase of the key file; - for standard input. Default: you are asked',
      wordsFile:
        'For restore: file whose first line has the 24 words; - for standard input. Default: you are asked',
      replace: 'For new and restore: replace the existing key file',
    },
    examples: {
      new: 'Creates your key',
      show: 'Prints your public key',
      words: 'Prints your secret key as 24 words, for paper',
      restore: 'Makes the key file anew from the words',
      export: 'Writes your secret key for age -d -i key.txt',
      link: 'Writes the key of a share whose link contains it',
    },
    created: 'Your key is in {file}. Others seal shares to:',
    noFile: 'there is no key in {file}: {shoal} key new makes one, or name another with --key-file',
    askWords: 'The 24 words of your key',
    bothStdin:
      '--words-file - and --passphrase-file - would both read standard input: give one of them as a file',
    noKey: 'the link contains no key: give the complete link',
  },
  create: {
    summary: 'Create a .torrent of a file or folder',
    about:
      'Hashes the file or folder on all cores and writes a .torrent, by default a hybrid, which both v1 and v2 clients can use.',
    options: {
      out: 'File to write; - for standard output. Default: NAME.torrent in the current folder',
      replace: 'Replace a file of this name',
    },
    examples: {
      plain: 'Creates photos.torrent of the folder Photos and prints its magnet link',
      private: 'Creates film.mkv.torrent for a private tracker',
    },
    replaceStdout: '--replace is for files, not for standard output: omit it',
    bothStdout: '--out - and --json would both write to standard output: omit one of them',
    wrote: 'Wrote {file}',
  },
  info: {
    ofLinks: '{option} is for links, whose metadata peers send: a .torrent contains it',
    summary: 'Show the contents of a link or .torrent',
    about:
      'For a link, it fetches the metadata (names, sizes, hashes) from peers and downloads nothing else. With --no-fetch, it prints only what the link contains; unknown values are omitted, and null in JSON.',
    options: {
      noFetch: 'Print only what the link contains',
      timeout: 'Time limit for fetching the metadata. Default: 2m',
      peer: 'Ask this peer',
      all: 'List all files, with their content IDs',
    },
    examples: {
      json: 'Prints everything in the .torrent as one object',
      timeout: 'Fetches names, sizes and hashes from peers',
    },
    noMetadata:
      'no peer sent the metadata of this link within {time}: try again later, give --peer HOST:PORT, or show only the link itself with --no-fetch',
    rows: {
      ...words.metadata,
      sealed: 'Sealed',
      name: 'Name',
      size: 'Size',
      pieceLength: 'Piece length',
      hashes: 'Hashes',
      trackers: 'Trackers',
      webSeeds: 'Web seeds',
      magnet: 'Magnet link',
      files: 'Files',
    },
    sealedTo: {
      key: 'to a key in the link',
      passphrase: 'to a passphrase',
      recipient: 'to keys of recipients',
    },
    bytes: '{size} ({bytes} bytes)',
    private: 'yes: peers are found only through its trackers',
    withoutHashes: {
      one: 'of {count} file missing: peers send them',
      other: 'of {count} files missing: peers send them',
    },
    by: 'by {program}',
    more: { one: 'and {count} more: --all lists it', other: 'and {count} more: --all lists them' },
  },
  check: {
    summary: 'Verify files on disk against a .torrent',
    about:
      "Reads the files and verifies every piece without changing anything. The exit code is 0 only if everything is complete and correct.\n\nDIR is the download folder, or the torrent's own folder.",
    file: 'the .torrent: a path or URL',
    directory: 'the folder with its files',
    options: { all: 'Also list the correct files' },
    example: 'Shows which files in ~/Downloads/Photos are missing or damaged',
    missing: 'missing: {path}',
    partly: '{progress} correct: {path}',
    correct: 'correct: {path}',
    complete: '{name}: complete, {files}, {size}',
    incomplete: {
      one: '{name}: {have} of {size} are correct ({good} of {count} piece). {shoal} get downloads the rest',
      other:
        '{name}: {have} of {size} are correct ({good} of {count} pieces). {shoal} get downloads the rest',
    },
    withoutHashes: {
      one: 'The .torrent lacks the hashes of {count} file, which cannot be checked unless it is complete. {shoal} get fetches them from peers',
      other:
        'The .torrent lacks the hashes of {count} files, which cannot be checked unless they are complete. {shoal} get fetches them from peers',
    },
    noHashes: 'a link has no piece hashes: give a .torrent file or its URL',
    otherName:
      'the file in the torrent is named {expected}, but this one is {actual}: rename it, or give its folder',
    notFolder: '{path} is a file, but the torrent is a folder named {name}: give that folder',
  },
  completion: {
    summary: 'Print a script that completes commands with Tab in bash, zsh or fish',
    about:
      'The script completes commands, options, their values, files, and the names of torrents of the running node. Load it when a shell starts:\n\nbash: add  source <(shoal completion bash)  to ~/.bashrc\n\nzsh: add  source <(shoal completion zsh)  to ~/.zshrc, after compinit\n\nfish: shoal completion fish > ~/.config/fish/completions/shoal.fish',
    shell: 'the shell',
    example: 'Completes in this shell from now on',
  },
  man: {
    summary: 'Print the manual page',
    about:
      'The page describes all commands and options, in roff. npm install --global also installs it in English, for man shoal.',
    example: 'Shows the page',
    purpose: 'share files directly with other people and with every BitTorrent client',
    usage: 'COMMAND [options]',
    headings: {
      name: 'Name',
      synopsis: 'Synopsis',
      description: 'Description',
      commands: 'Commands',
      options: 'Options of all commands',
      examples: 'Examples',
    },
  },
  complete: {
    summary: 'Print the torrents or conversations whose names begin with a text',
    about: 'Shell completion calls this command.',
    typed: 'the beginning of a name or ID',
    kind: 'torrents or conversations. Default: torrents',
    example: 'Prints the names that begin with ph',
  },
} as const
