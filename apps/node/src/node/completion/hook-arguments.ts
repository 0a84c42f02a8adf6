import { HOOK_PLACEHOLDERS } from '@shoal/api'

/** Torrent properties passed to a completion hook. */
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
 * Replaces `{name}` and other placeholders in each argument, in one pass: a torrent's name cannot
 * inject further placeholders. Unknown placeholders are kept. A name that starts with `-` becomes
 * `./-…` at the start of an argument, so that an untrusted name cannot act as an option.
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
