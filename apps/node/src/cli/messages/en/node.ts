/** Commands for the node on this machine. */
export const node = {
  start: {
    summary: 'Run a node, with its console in the browser',
    about:
      'Runs until Ctrl-C, SIGTERM or {shoal} stop. The next start restores all torrents and settings.\n\nEach option is also an environment variable, such as SHOAL_PEER_PORT for --peer-port, and a member of a settings file: {example}. The command line overrides the environment, and the environment overrides the file.\n\nnpm start runs this command. A command after it runs instead: npm start -- get LINK.',
    options: {
      port: 'Port of the console and the API; 0 for any free port. Default: 8420',
      host: 'Address of the console and the API. Default: 127.0.0.1, this machine only. Others require a password',
      dataDir: 'Folder for the catalogue and the token of the node',
      dir: 'Folder for downloads. Default: the one in the settings, initially ~/Shoal',
      username: 'User name; requires --password-file',
      passwordFile: 'File with the password in its first line',
      config: 'Settings file. Default: config.json in the data folder',
      peerPort: 'Port for incoming peers; 0 for any. Default: the one in the settings, initially 6881',
      peerHost: 'Address for incoming peers, such as the address of a VPN. Default: all addresses',
      allowDir: 'Also allow sharing from and downloading to this folder',
      allowedHost: 'Host name by which browsers reach the node, such as the name of a proxy in front of it',
      trustedProxy:
        'Address or network (10.0.0.0/8) of a proxy whose X-Forwarded-For is trusted, so that failed logins are counted per client',
      noTracker: 'Do not run a tracker in the node, as the setting network.ownTracker=off',
      publicUrl:
        'Address at which others reach this node, such as http://203.0.113.7:8420. New torrents then list its tracker',
      logLevel: 'Log level: debug, info (default), warn or error',
      set: 'Set a setting by its dotted name, such as network.dht=off. The console cannot change it then',
      open: 'Open the console in the browser',
    },
    examples: {
      plain: 'Runs a node for this machine and prints the address of its console',
      open: 'Opens the console in the browser',
      password: 'Allows access from other machines, with a user name and password',
    },
    consoleAt: 'Console: {url}',
    files: 'Files:   {directory}',
    page: 'Page:    {url} shares files from a browser and opens shares',
    user: 'User:    {name}, with the password',
    token: 'Token:   {command} prints the address with it',
    stop: 'Press Ctrl-C to stop',
    stopping: 'Stopping …',
    stopped: 'Stopped. The next start continues where this one ended.',
    otherPort: 'Peers:   at port {port}, because another program uses {taken}',
    running: 'A node is already running. Its console: {url}',
    openIt: '{command} opens it in the browser',
    freePort: '{message}. {command} takes a free one',
    noConfig: 'there is no settings file {file}',
    dataDirInConfig:
      '{file}: dataDir cannot be set in the file that is found through it: give --data-dir or {variable}',
    needsPassword: 'a user name requires a password: also give --password-file FILE',
    needsUsername: 'a password requires a user name: also give --username NAME',
    notAddress: '"{text}" is not an IP address',
    notNetwork: '"{text}" is neither an IP address nor a network such as 10.0.0.0/8',
    notHost: '"{text}" is neither an address nor a host name: write it without port and http://',
    notUrl: '"{text}" is not an address such as http://203.0.113.7:8420',
    badUsername: 'a user name has 1 to 255 characters and no colon',
  },
  stop: {
    summary: 'Stop the node',
    about: 'Ends when the node has left its trackers and saved everything.',
    example: 'Stops the node on this machine',
    stillRunning: 'the node at {url} was asked to stop but is still running: {shoal} log shows why',
    stopped: 'The node at {url} has stopped',
  },
  restart: {
    summary: 'Restart the node',
    about:
      'Closes the node and starts it again in the same process, with the options that it was started with. Torrents, downloads and other jobs continue.',
    example: 'Restarts the node on this machine',
    restarted: 'The node at {url} has restarted',
  },
  open: {
    summary: 'Open the console in the browser',
    about: 'The address contains the token after the #: anyone who has the address can control the node.',
    options: { print: 'Only print the address' },
    examples: { open: 'Opens the console of the node on this machine', print: 'Prints its address' },
    noBrowser: 'No browser was found: open this address in one',
    noBrowserHere: 'No browser was found',
  },
  'restore-catalogue': {
    summary: 'Restore a backup of the catalogue',
    about:
      'The node backs up its catalogue once a day while it runs, and keeps the last three backups. If the catalogue is damaged, stop the node and run this command, then start the node again. It checks the files that have changed since the backup, and forgets torrents that were added later: add them again. Their files are checked, not downloaded again.\n\nThe previous catalogue is kept next to the new one, under another name.',
    backup: 'Name of a backup, or path of a file. Default: the newest backup that is not damaged',
    options: {
      dataDir: 'Data folder of the node',
      list: 'Only list the backups',
      empty: 'Begin with an empty catalogue instead: there is no backup, or none is wanted',
    },
    examples: {
      newest: 'Restores the newest backup',
      list: 'Lists the backups',
      empty: 'Begins with an empty catalogue, and keeps the previous one',
    },
    listAlone: '--list and --empty can be combined neither with a backup nor with each other',
    none: 'There are no backups in {folder}',
    columns: { name: 'Name', time: 'Written', size: 'Size' },
    restored: 'The catalogue is that of {backup} again: start the node with {start}',
    begun: 'The catalogue is empty: start the node with {start}, and add the torrents again',
    kept: 'The previous one is kept as {path}',
    offer: '{message}. The newest backup is {name}, written on {time}: {command} restores it',
  },
  'open-up': {
    summary: 'Let others in: links that work on the network or for everyone',
    about:
      'The node listens at the addresses of this machine, too, at once and after each restart, and links begin with such an address. Whoever has a link opens it without a password; the console asks for one. Without a password so far, a random one is made and printed.\n\nThen the addresses are tested: from this machine, and from outside if a hub of Shoal is among the trackers for new torrents (network.shareTrackers). Such a test also finds the public address. For people elsewhere, a router must forward the port to this machine.',
    options: {
      address:
        'An IP address of this machine to prefer, or the public address, such as http://203.0.113.7:8420',
      newUsername: 'User name for the console. Default: me',
      newPasswordFile: 'File with a password for the console in its first line, or - for standard input',
      off: 'Undo it: listen as before, and forget password and public address',
      test: 'Only test the addresses',
    },
    examples: {
      plain: 'Lets others in, and prints whom links work for',
      public: 'Links begin with this address, to which the router forwards',
      off: 'Keeps others out again',
    },
    oneOnly: 'give one of --off, --test and the other options',
    links: {
      machine: 'Links work on this machine only',
      network: 'Links work on this network: they begin with {address}',
      everyone: 'Links work for everyone: they begin with {address}',
    },
    tested: 'Test:    {address}: {here}; {outside}',
    here: {
      yes: 'reached from this machine',
      no: 'not reached from this machine',
      unknown: 'not tested from this machine',
    },
    outside: {
      yes: 'reached from outside',
      no: 'not reached from outside',
      unknown: 'not tested from outside, which requires a hub',
    },
    problem: {
      'listens-here-only':
        'The public address in the settings leads nowhere, because the node accepts connections from this machine only',
      unreachable:
        'The public address in the settings leads nowhere: check it, and that the router forwards its port to this machine',
      untested:
        'No test has reached the public address: try it from another network, such as that of a phone',
    },
    console: 'Console: {address}, for other devices: user {username}',
    password: 'Password: {password}',
    once: 'Note the password: it is not shown again. Links open without it',
    off: 'Others are kept out: the node listens on this machine only',
  },
  shell: {
    summary: 'Enter commands one after the other, with history and completion',
    about:
      'Takes all commands, without the leading "shoal". Words are quoted as in sh. Tab completes commands, options, torrents and paths. Ctrl-C stops a command, Ctrl-D leaves the shell.\n\nThe history is kept in the state folder, without lines that contain passwords or tokens. Commands from a pipe or file run line by line until one fails.',
    examples: { node: 'Uses the node of another machine', script: 'Runs the commands in a file' },
    welcome: 'help lists commands, Tab completes, exit leaves the shell.',
    alreadyShell: 'this is already the shell: write a command',
    optionFirst: 'write a command before {word}',
  },
} as const
