import { type CommandShape, flagName } from '@shoal/options'
import { BACKUP_OPTIONS, MOVE_OPTIONS } from './commands/options.ts'
import { OPTIONS } from './options.ts'

/** Also part of the manual page. */
export const ABOUT =
  'The hub of a community: accounts, and a BitTorrent tracker over HTTP, UDP and WebSocket (WebTorrent)'
export const PLACES_OF_OPTIONS = `Each option is also an environment variable, such as SHOAL_HUB_UDP_PORT for --udp-port, and a member of a settings file: { "udpPort": 6969 }.
The command line overrides the environment, and the environment overrides the file.`

export const COMMANDS: readonly CommandShape[] = [
  {
    name: 'move',
    summary: 'Bring a stopped hub from one place to another, or restore a backup',
    about:
      'Reads everything at the old place, writes it to the new one, compares number and hash of all rows, and leaves the old place as it is. It refuses places that a hub uses, and new places that have data.',
    positionals: [],
    options: MOVE_OPTIONS,
    examples: [
      ['move --from /var/lib/shoal-hub --to postgres://hub@localhost/hub', 'To PostgreSQL'],
      ['move --from hub-20261123-201500.jsonl.gz --to /var/lib/shoal-hub', 'Restores a backup'],
    ],
  },
  {
    name: 'backup',
    summary: 'Back up a hub, also while it runs',
    about: 'The backup has everything except the key file: keep secrets.key apart from it.',
    positionals: [],
    options: BACKUP_OPTIONS,
    examples: [['backup', 'Into the folder backups of the data folder']],
  },
]

const HEAD = `Usage: shoal-hub [OPTIONS]
       shoal-hub move --from PLACE --to PLACE [--key-file FILE]
       shoal-hub backup [--data FOLDER] [--database URL] [--to FILE]

${ABOUT}. Runs until Ctrl-C or SIGTERM.

`
const TAIL = `
${PLACES_OF_OPTIONS}

  shoal-hub                                   Serve this machine only
  shoal-hub --host 0.0.0.0 --host ::          Serve everybody who can reach it
  shoal-hub --passkey-file keys.txt           Private: http://…:6969/<passkey>/announce
  shoal-hub backup                            Back up a hub, also while it runs
  shoal-hub move --from /var/lib/shoal-hub --to postgres://hub@localhost/hub
                                              Bring a stopped hub to PostgreSQL; the other way around works, too,
                                              and --from hub-….jsonl.gz restores a backup
`

export function helpText(): string {
  const rows = Object.entries(OPTIONS).map(
    ([key, { kind, value, help }]) =>
      [`  ${flagName(key)}${value ? ` ${value}` : ''}${kind === 'list' ? ' …' : ''}`, help] as const,
  )
  const width = Math.max(...rows.map(([name]) => name.length)) + 2
  return HEAD + rows.map(([name, help]) => `${name.padEnd(width)}${help}\n`).join('') + TAIL
}
