import { HOOK_PLACEHOLDERS } from '@shoal/api'

/** What a completion hook is told of the torrent. */
export interface CompletedTorrent {
  readonly id: string
  readonly name: string
  /** Full path of its file or folder. */
  readonly path: string
  /** The folder that holds it. */
  readonly directory: string
  readonly label: string
  readonly bytes: number
}

/**
 * Each argument with `{name}` and so on filled in, once: what a torrent is called cannot bring in more of them. Others stay as they are. A name
 * that begins with `-` becomes `./-…` where it begins an argument, so that no stranger's name is an option of the program.
 */
export function hookArguments(command: readonly string[], torrent: CompletedTorrent): string[] {
  return command.map(argument => {
    const filled = argument.replace(/\{([a-z]+)\}/g, (whole, member: (typeof HOOK_PLACEHOLDERS)[number]) =>
      HOOK_PLACEHOLDERS.includes(member) ? safe(torrent[member]) : whole,
    )
    return filled.startsWith('-') && !argument.startsWith('-') ? `./${filled}` : filled
  })
}

/** The same as environment variables: `SHOAL_NAME` … */
export function hookEnvironment(torrent: CompletedTorrent): Record<string, string> {
  return Object.fromEntries(
    HOOK_PLACEHOLDERS.map(member => [`SHOAL_${member.toUpperCase()}`, safe(torrent[member])]),
  )
}

/** A program is refused NUL in its arguments. */
function safe(value: string | number): string {
  return String(value).replaceAll('\0', '')
}
