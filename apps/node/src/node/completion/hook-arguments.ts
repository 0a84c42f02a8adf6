import { HOOK_PLACEHOLDERS } from '@shoal/api'

/** The properties of the torrent that a completion hook receives. */
export interface CompletedTorrent {
  readonly id: string
  readonly name: string
  /** Full path of its file or folder. */
  readonly path: string
  /** The folder that contains it. */
  readonly directory: string
  readonly label: string
  readonly bytes: number
}

/**
 * Fills in `{name}` and so on in each argument, once: a torrent's name cannot bring in more of them. Unknown ones stay as they are. A name
 * that begins with `-` becomes `./-…` where it begins an argument, so that a stranger's name cannot be an option of the program.
 */
export function hookArguments(command: readonly string[], torrent: CompletedTorrent): string[] {
  return command.map(argument => {
    const filled = argument.replace(/\{([a-z]+)\}/g, (whole, member: (typeof HOOK_PLACEHOLDERS)[number]) =>
      HOOK_PLACEHOLDERS.includes(member) ? safe(torrent[member]) : whole,
    )
    return filled.startsWith('-') && !argument.startsWith('-') ? `./${filled}` : filled
  })
}

/** The same values as environment variables: `SHOAL_NAME` … */
export function hookEnvironment(torrent: CompletedTorrent): Record<string, string> {
  return Object.fromEntries(
    HOOK_PLACEHOLDERS.map(member => [`SHOAL_${member.toUpperCase()}`, safe(torrent[member])]),
  )
}

/** Arguments of a program cannot contain NUL. */
function safe(value: string | number): string {
  return String(value).replaceAll('\0', '')
}
