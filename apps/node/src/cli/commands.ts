import type { Command } from './command.ts'

/** The parts of the list of commands, in order. */
export const COMMAND_GROUPS = [
  { group: 'node', title: 'The node on this machine:' },
  { group: 'torrents', title: 'What a running node shares and downloads:' },
  { group: 'manage', title: 'More of a running node:' },
  { group: 'alone', title: 'Without a node:' },
] as const
export type CommandGroup = (typeof COMMAND_GROUPS)[number]['group']

export interface CommandEntry {
  readonly name: string
  /** What it does, in a line. */
  readonly summary: string
  readonly group: CommandGroup
  /** Loads the command, so that starting one does not read them all. */
  load(): Promise<Command>
}

const actions = () => import('../commands/actions.ts')

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'start',
    summary: 'Run a node, with its console in the browser',
    group: 'node',
    load: async () => (await import('../commands/start.ts')).start,
  },
  {
    name: 'stop',
    summary: 'Stop the node',
    group: 'node',
    load: async () => (await import('../commands/stop.ts')).stop,
  },
  {
    name: 'open',
    summary: 'Open the console in the browser',
    group: 'node',
    load: async () => (await import('../commands/open.ts')).open,
  },
  {
    name: 'shell',
    summary: 'Type commands one after the other, with history and completion',
    group: 'node',
    load: async () => (await import('../commands/shell.ts')).shell,
  },
  {
    name: 'add',
    summary: 'Download links, or share files',
    group: 'torrents',
    load: async () => (await import('../commands/add.ts')).add,
  },
  {
    name: 'list',
    summary: 'List torrents',
    group: 'torrents',
    load: async () => (await import('../commands/list.ts')).list,
  },
  {
    name: 'show',
    summary: 'Show all that is known of a torrent',
    group: 'torrents',
    load: async () => (await import('../commands/show.ts')).show,
  },
  { name: 'pause', summary: 'Pause torrents', group: 'torrents', load: async () => (await actions()).pause },
  {
    name: 'resume',
    summary: 'Let paused torrents go on',
    group: 'torrents',
    load: async () => (await actions()).resume,
  },
  {
    name: 'remove',
    summary: 'Remove torrents',
    group: 'torrents',
    load: async () => (await import('../commands/remove.ts')).remove,
  },
  {
    name: 'restore',
    summary: 'Bring removed torrents back',
    group: 'torrents',
    load: async () => (await import('../commands/remove.ts')).restore,
  },
  {
    name: 'recheck',
    summary: 'Read the files and compare every piece',
    group: 'torrents',
    load: async () => (await actions()).recheck,
  },
  {
    name: 'reannounce',
    summary: 'Ask trackers for peers now',
    group: 'torrents',
    load: async () => (await actions()).reannounce,
  },
  {
    name: 'queue',
    summary: 'Change the order in which torrents wait',
    group: 'torrents',
    load: async () => (await actions()).queue,
  },
  {
    name: 'move',
    summary: 'Move the files of torrents to another folder',
    group: 'torrents',
    load: async () => (await import('../commands/move.ts')).move,
  },
  {
    name: 'files',
    summary: 'List files of a torrent, choose and rename them',
    group: 'torrents',
    load: async () => (await import('../commands/files.ts')).files,
  },
  {
    name: 'peers',
    summary: 'List peers of a torrent, or connect to one',
    group: 'torrents',
    load: async () => (await import('../commands/peers.ts')).peers,
  },
  {
    name: 'trackers',
    summary: 'List and change trackers and web seeds',
    group: 'torrents',
    load: async () => (await import('../commands/trackers.ts')).trackers,
  },
  {
    name: 'limit',
    summary: 'Show and set limits, of a torrent or of all',
    group: 'torrents',
    load: async () => (await import('../commands/limit.ts')).limit,
  },
  {
    name: 'label',
    summary: 'List, make and give labels and tags',
    group: 'torrents',
    load: async () => (await import('../commands/label.ts')).label,
  },
  {
    name: 'search',
    summary: 'Find torrents and files by names and contents',
    group: 'torrents',
    load: async () => (await import('../commands/search.ts')).search,
  },
  {
    name: 'jobs',
    summary: 'List and cancel long works',
    group: 'manage',
    load: async () => (await import('../commands/jobs.ts')).jobs,
  },
  {
    name: 'feeds',
    summary: 'Follow RSS and Atom feeds',
    group: 'manage',
    load: async () => (await import('../commands/feeds.ts')).feeds,
  },
  {
    name: 'settings',
    summary: 'Show and change settings',
    group: 'manage',
    load: async () => (await import('../commands/settings.ts')).settings,
  },
  {
    name: 'log',
    summary: 'Show what the node did, and follow it',
    group: 'manage',
    load: async () => (await import('../commands/log.ts')).log,
  },
  {
    name: 'health',
    summary: 'Tell whether the node works',
    group: 'manage',
    load: async () => (await import('../commands/health.ts')).health,
  },
  {
    name: 'debug',
    summary: 'Print facts for a bug report',
    group: 'manage',
    load: async () => (await import('../commands/debug.ts')).debug,
  },
  {
    name: 'api',
    summary: 'Call any operation of the API',
    group: 'manage',
    load: async () => (await import('../commands/api.ts')).api,
  },
  {
    name: 'share',
    summary: 'Share a folder: all that is in it, and all that is put there',
    group: 'alone',
    load: async () => (await import('../commands/share.ts')).share,
  },
  {
    name: 'get',
    summary: 'Download from a magnet link, info hash, content ID or .torrent',
    group: 'alone',
    load: async () => (await import('../commands/get.ts')).get,
  },
  {
    name: 'seed',
    summary: 'Share one file or folder',
    group: 'alone',
    load: async () => (await import('../commands/seed.ts')).seed,
  },
  {
    name: 'create',
    summary: 'Make a .torrent of a file or folder',
    group: 'alone',
    load: async () => (await import('../commands/create.ts')).create,
  },
  {
    name: 'info',
    summary: 'Show what a link or .torrent holds',
    group: 'alone',
    load: async () => (await import('../commands/info.ts')).info,
  },
  {
    name: 'check',
    summary: 'Compare files on disk with a .torrent',
    group: 'alone',
    load: async () => (await import('../commands/check.ts')).check,
  },
]
