import { printable } from '@shoal/daemon/printable'

/** Capabilities of a terminal. */
export interface TerminalStyle {
  readonly unicode: boolean
  readonly color: boolean
}

export interface Terminal extends TerminalStyle {
  /** Current size in characters. */
  readonly columns: number
  readonly rows: number
  write(text: string): void
}

/** The output of a command. */
export interface Output {
  /** Whether `--json` is given: standard output then only has objects. */
  readonly json: boolean
  readonly verbose: boolean
  /** Standard output if it is a terminal that shows text; null if it is piped, or with `--json`. */
  readonly terminal: Terminal | null
  /**
   * Prints a line on standard output. Neutralizes control characters, which names from strangers
   * may contain.
   */
  line(text: string): void
  /** Prints an object on one line. */
  object(value: object): void
  /** Prints a line on standard error. */
  error(text: string): void
  /** Writes bytes to standard output as they are. */
  bytes(bytes: Uint8Array): void
  /** Resolves when everything is written. */
  flush(): Promise<void>
}

/** The output of this process. */
export function processOutput({ json, verbose }: { json: boolean; verbose: boolean }): Output {
  const { stdout, stderr } = process
  const style = findTerminalStyle(process.env, process.platform)
  // Only once, although a shell runs many commands.
  if (!stdout.listeners('error').includes(onOutputError)) stdout.on('error', onOutputError)
  const terminal: Terminal | null =
    stdout.isTTY && !json
      ? {
          ...style,
          get columns() {
            return stdout.columns || 80
          },
          get rows() {
            return stdout.rows || 24
          },
          write: text => void stdout.write(text),
        }
      : null
  return {
    json,
    verbose,
    terminal,
    line: text => void stdout.write(`${printable(text, terminal ? style : {})}\n`),
    object: value => void stdout.write(`${jsonLine(value)}\n`),
    error: text => void stderr.write(`${printable(text, stderr.isTTY ? style : {})}\n`),
    bytes: bytes => void stdout.write(bytes),
    async flush() {
      await Promise.all(
        [stdout, stderr].map(stream => new Promise<void>(done => stream.write('', () => done()))),
      )
    },
  }
}

/** Formats JSON without control characters. JSON itself escapes only the first 32 of them. */
export function jsonLine(value: object): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** `shoal info … | head` closes the pipe early, which is not an error. */
function onOutputError(error: Error): void {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0)
  throw error
}

/**
 * Reads the terminal's capabilities from the environment (no-color.org; POSIX locale variables).
 */
export function findTerminalStyle(
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
): TerminalStyle {
  const dumb = env.TERM === 'dumb'
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || ''
  // Windows and macOS terminals show UTF-8 regardless of the locale's name.
  const unicode = platform === 'win32' || platform === 'darwin' || /utf-?8/i.test(locale)
  return { unicode: unicode && !dumb, color: !dumb && !env.NO_COLOR }
}
