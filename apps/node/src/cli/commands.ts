import type { CommandName as NodeCommandName } from '@shoal/api'
import type { CommandEntry } from './command.ts'
import { COMMANDS_OF_CAPABILITIES } from './commands/of-capabilities.ts'

/** All commands. Each module is loaded when its command is used. */
export const COMMANDS = {
  start: { group: 'node', load: async () => (await import('./commands/start.ts')).start },
  stop: { group: 'node', load: async () => (await import('./commands/stop.ts')).stop },
  restart: { group: 'node', load: async () => (await import('./commands/restart.ts')).restart },
  open: { group: 'node', load: async () => (await import('./commands/open.ts')).open },
  'restore-catalogue': {
    group: 'node',
    load: async () => (await import('./commands/restore-catalogue.ts')).restoreCatalogue,
  },
  'open-up': { group: 'node', load: async () => (await import('./commands/open-up.ts')).openUp },
  shell: { group: 'node', load: async () => (await import('./commands/shell.ts')).shell },
  add: { group: 'torrents', load: async () => (await import('./commands/add.ts')).add },
  download: { group: 'torrents', load: async () => (await import('./commands/add.ts')).download },
  list: { group: 'torrents', load: async () => (await import('./commands/list.ts')).list },
  show: { group: 'torrents', load: async () => (await import('./commands/show.ts')).show },
  pause: { group: 'torrents', load: async () => (await import('./commands/actions.ts')).pause },
  resume: { group: 'torrents', load: async () => (await import('./commands/actions.ts')).resume },
  remove: { group: 'torrents', load: async () => (await import('./commands/remove.ts')).remove },
  restore: { group: 'torrents', load: async () => (await import('./commands/remove.ts')).restore },
  recheck: { group: 'torrents', load: async () => (await import('./commands/actions.ts')).recheck },
  reannounce: { group: 'torrents', load: async () => (await import('./commands/actions.ts')).reannounce },
  queue: { group: 'torrents', load: async () => (await import('./commands/actions.ts')).queue },
  move: { group: 'torrents', load: async () => (await import('./commands/move.ts')).move },
  rename: { group: 'torrents', load: async () => (await import('./commands/rename.ts')).rename },
  export: { group: 'torrents', load: async () => (await import('./commands/export.ts')).exportTorrents },
  files: { group: 'torrents', load: async () => (await import('./commands/files.ts')).files },
  peers: { group: 'torrents', load: async () => (await import('./commands/peers.ts')).peers },
  trackers: { group: 'torrents', load: async () => (await import('./commands/trackers.ts')).trackers },
  limit: { group: 'torrents', load: async () => (await import('./commands/limit.ts')).limit },
  label: { group: 'torrents', load: async () => (await import('./commands/label.ts')).label },
  search: { group: 'torrents', load: async () => (await import('./commands/search.ts')).search },
  jobs: { group: 'manage', load: async () => (await import('./commands/jobs.ts')).jobs },
  publish: { group: 'manage', load: async () => (await import('./commands/publish.ts')).publish },
  follow: { group: 'manage', load: async () => (await import('./commands/follow.ts')).follow },
  'ip-filter': { group: 'manage', load: async () => (await import('./commands/ip-filter.ts')).ipFilter },
  settings: { group: 'manage', load: async () => (await import('./commands/settings.ts')).settings },
  log: { group: 'manage', load: async () => (await import('./commands/log.ts')).log },
  network: { group: 'manage', load: async () => (await import('./commands/network.ts')).network },
  connect: { group: 'manage', load: async () => (await import('./commands/network.ts')).connect },
  announce: { group: 'manage', load: async () => (await import('./commands/network.ts')).announce },
  people: { group: 'manage', load: async () => (await import('./commands/people.ts')).people },
  profile: { group: 'manage', load: async () => (await import('./commands/profile.ts')).profile },
  devices: { group: 'manage', load: async () => (await import('./commands/devices.ts')).devices },
  hub: { group: 'manage', load: async () => (await import('./commands/hub.ts')).hub },
  chat: { group: 'manage', load: async () => (await import('./commands/chat.ts')).chat },
  password: { group: 'manage', load: async () => (await import('./commands/password.ts')).password },
  passkeys: { group: 'manage', load: async () => (await import('./commands/passkeys.ts')).passkeys },
  sessions: { group: 'manage', load: async () => (await import('./commands/sessions.ts')).sessions },
  findable: { group: 'manage', load: async () => (await import('./commands/findable.ts')).findable },
  health: { group: 'manage', load: async () => (await import('./commands/health.ts')).health },
  debug: { group: 'manage', load: async () => (await import('./commands/debug.ts')).debug },
  api: { group: 'manage', load: async () => (await import('./commands/api.ts')).api },
  share: { group: 'alone', load: async () => (await import('./commands/share.ts')).share },
  get: { group: 'alone', load: async () => (await import('./commands/get.ts')).get },
  seed: { group: 'alone', load: async () => (await import('./commands/seed.ts')).seed },
  unseal: { group: 'alone', load: async () => (await import('./commands/unseal.ts')).unseal },
  passphrase: { group: 'alone', load: async () => (await import('./commands/passphrase.ts')).passphrase },
  key: { group: 'alone', load: async () => (await import('./commands/key.ts')).key },
  create: { group: 'alone', load: async () => (await import('./commands/create.ts')).create },
  info: { group: 'alone', load: async () => (await import('./commands/info.ts')).info },
  check: { group: 'alone', load: async () => (await import('./commands/check.ts')).check },
  completion: { group: 'alone', load: async () => (await import('./commands/completion.ts')).completion },
  man: { group: 'alone', load: async () => (await import('./commands/man.ts')).man },
  ...COMMANDS_OF_CAPABILITIES,
  complete: { group: null, load: async () => (await import('./commands/complete.ts')).complete },
} satisfies Record<NodeCommandName, CommandEntry> & Record<string, CommandEntry>

export type CommandName = keyof typeof COMMANDS

/** Returns the command of that name; null if there is none. */
export function findCommand(name: string | undefined): CommandEntry | null {
  return name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name as CommandName] : null
}
