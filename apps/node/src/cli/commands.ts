import type { CommandEntry } from './command.ts'

/** All commands. Each module is loaded when its command is used. */
export const COMMANDS = {
  start: {
    summary: 'Run a node, with its console in the browser',
    group: 'node',
    load: async () => (await import('./commands/start.ts')).start,
  },
  stop: {
    summary: 'Stop the node',
    group: 'node',
    load: async () => (await import('./commands/stop.ts')).stop,
  },
  open: {
    summary: 'Open the console in the browser',
    group: 'node',
    load: async () => (await import('./commands/open.ts')).open,
  },
  shell: {
    summary: 'Type commands one after the other, with history and completion',
    group: 'node',
    load: async () => (await import('./commands/shell.ts')).shell,
  },
  add: {
    summary: 'Download links, or share files',
    group: 'torrents',
    load: async () => (await import('./commands/add.ts')).add,
  },
  list: {
    summary: 'List torrents',
    group: 'torrents',
    load: async () => (await import('./commands/list.ts')).list,
  },
  show: {
    summary: 'Show the details of a torrent',
    group: 'torrents',
    load: async () => (await import('./commands/show.ts')).show,
  },
  pause: {
    summary: 'Pause torrents',
    group: 'torrents',
    load: async () => (await import('./commands/actions.ts')).pause,
  },
  resume: {
    summary: 'Resume paused torrents',
    group: 'torrents',
    load: async () => (await import('./commands/actions.ts')).resume,
  },
  remove: {
    summary: 'Remove torrents',
    group: 'torrents',
    load: async () => (await import('./commands/remove.ts')).remove,
  },
  restore: {
    summary: 'Bring removed torrents back',
    group: 'torrents',
    load: async () => (await import('./commands/remove.ts')).restore,
  },
  recheck: {
    summary: 'Read the files and compare every piece',
    group: 'torrents',
    load: async () => (await import('./commands/actions.ts')).recheck,
  },
  reannounce: {
    summary: 'Ask trackers for peers now',
    group: 'torrents',
    load: async () => (await import('./commands/actions.ts')).reannounce,
  },
  queue: {
    summary: 'Change the order in which torrents wait',
    group: 'torrents',
    load: async () => (await import('./commands/actions.ts')).queue,
  },
  move: {
    summary: 'Move the files of torrents to another folder',
    group: 'torrents',
    load: async () => (await import('./commands/move.ts')).move,
  },
  files: {
    summary: 'List files of a torrent, choose and rename them',
    group: 'torrents',
    load: async () => (await import('./commands/files.ts')).files,
  },
  peers: {
    summary: 'List peers of a torrent, or connect to one',
    group: 'torrents',
    load: async () => (await import('./commands/peers.ts')).peers,
  },
  trackers: {
    summary: 'List and change trackers and web seeds',
    group: 'torrents',
    load: async () => (await import('./commands/trackers.ts')).trackers,
  },
  limit: {
    summary: 'Show and set limits, of a torrent or of all',
    group: 'torrents',
    load: async () => (await import('./commands/limit.ts')).limit,
  },
  label: {
    summary: 'List, make and give labels and tags',
    group: 'torrents',
    load: async () => (await import('./commands/label.ts')).label,
  },
  search: {
    summary: 'Find torrents and files by names and contents',
    group: 'torrents',
    load: async () => (await import('./commands/search.ts')).search,
  },
  jobs: {
    summary: 'List and cancel long-running jobs',
    group: 'manage',
    load: async () => (await import('./commands/jobs.ts')).jobs,
  },
  feeds: {
    summary: 'Follow RSS and Atom feeds',
    group: 'manage',
    load: async () => (await import('./commands/feeds.ts')).feeds,
  },
  settings: {
    summary: 'Show and change settings',
    group: 'manage',
    load: async () => (await import('./commands/settings.ts')).settings,
  },
  log: {
    summary: 'Show and follow the node’s log',
    group: 'manage',
    load: async () => (await import('./commands/log.ts')).log,
  },
  health: {
    summary: 'Check whether the node works',
    group: 'manage',
    load: async () => (await import('./commands/health.ts')).health,
  },
  debug: {
    summary: 'Print facts for a bug report',
    group: 'manage',
    load: async () => (await import('./commands/debug.ts')).debug,
  },
  api: {
    summary: 'Call any operation of the API',
    group: 'manage',
    load: async () => (await import('./commands/api.ts')).api,
  },
  share: {
    summary: 'Share a folder and everything that is put there',
    group: 'alone',
    load: async () => (await import('./commands/share.ts')).share,
  },
  get: {
    summary: 'Download from a magnet link, info hash, content ID, .torrent or share link',
    group: 'alone',
    load: async () => (await import('./commands/get.ts')).get,
  },
  seed: {
    summary: 'Share one file or folder',
    group: 'alone',
    load: async () => (await import('./commands/seed.ts')).seed,
  },
  unseal: {
    summary: 'Open a sealed share on this disk',
    group: 'alone',
    load: async () => (await import('./commands/unseal.ts')).unseal,
  },
  key: {
    summary: 'Make and show your key, to which others seal shares',
    group: 'alone',
    load: async () => (await import('./commands/key.ts')).key,
  },
  create: {
    summary: 'Make a .torrent of a file or folder',
    group: 'alone',
    load: async () => (await import('./commands/create.ts')).create,
  },
  info: {
    summary: 'Show what a link or .torrent holds',
    group: 'alone',
    load: async () => (await import('./commands/info.ts')).info,
  },
  check: {
    summary: 'Compare files on disk with a .torrent',
    group: 'alone',
    load: async () => (await import('./commands/check.ts')).check,
  },
} satisfies Record<string, CommandEntry>

export type CommandName = keyof typeof COMMANDS

/** The command of that name; null if there is none. */
export function findCommand(name: string | undefined): CommandEntry | null {
  return name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name as CommandName] : null
}
