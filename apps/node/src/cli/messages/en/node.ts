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
  open: {
    summary: 'Open the console in the browser',
    about: 'The address contains the token after the #: anyone who has the address can control the node.',
    options: { print: 'Only print the address' },
    examples: { open: 'Opens the console of the node on this machine', print: 'Prints its address' },
    noBrowser: 'No browser was found: open this address in one',
    noBrowserHere: 'No browser was found',
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
