import { flagName } from '@shoal/options'
import { OPTIONS } from './options.ts'

/** Also in the manual page. */
export const ABOUT = 'A BitTorrent tracker: HTTP, UDP and WebSocket (WebTorrent) on one swarm state'
export const PLACES_OF_OPTIONS = `Each option is also an environment variable, such as SHOAL_HUB_UDP_PORT for --udp-port, and a member of a settings file: { "udpPort": 6969 }.
The command line overrides the environment, and the environment overrides the file.`

const HEAD = `Usage: shoal-hub [OPTIONS]

${ABOUT}. Runs until Ctrl-C or SIGTERM.

`
const TAIL = `
${PLACES_OF_OPTIONS}

  shoal-hub                                   Serve this machine only
  shoal-hub --host 0.0.0.0 --host ::          Serve everybody who can reach it
  shoal-hub --passkey-file keys.txt           Private: http://…:6969/<passkey>/announce
`

export function helpText(): string {
  const rows = Object.entries(OPTIONS).map(
    ([key, { kind, value, help }]) =>
      [`  ${flagName(key)}${value ? ` ${value}` : ''}${kind === 'list' ? ' …' : ''}`, help] as const,
  )
  const width = Math.max(...rows.map(([name]) => name.length)) + 2
  return HEAD + rows.map(([name, help]) => `${name.padEnd(width)}${help}\n`).join('') + TAIL
}
