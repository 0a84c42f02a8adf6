import { HIDDEN_CHARACTERS, printable } from '../printable.ts'

/** Formats a JSON line of the log as `12:30:07 warn  message`. Returns other lines unchanged. */
export function terminalLine(line: string): string {
  const entry = parsed(line)
  if (!entry) return line
  const time = new Date(entry.time).toTimeString().slice(0, 8)
  return `${time} ${LEVELS[entry.level] ?? entry.level} ${shown(entry.message)}\n`
}

const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info ', 40: 'warn ', 50: 'error' }

function parsed(line: string): { time: string; level: number; message: string } | null {
  try {
    const { time, level, message } = JSON.parse(line)
    return typeof time === 'string' && typeof message === 'string' ? { time, level, message } : null
  } catch {
    return null
  }
}

// Torrent names are untrusted: they must not control the terminal or imitate another log entry.
function shown(message: string): string {
  return message
    .split('\n')
    .map(line => printable(line))
    .join('\n         ')
}

/**
 * Escapes characters in a line of JSON that JSON permits and a terminal would interpret, since
 * torrent names are untrusted. The meaning stays the same.
 */
export function escapeControls(line: string): string {
  const escaped = (character: string) =>
    Array.from({ length: character.length }, (_, at) => {
      return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`
    }).join('')
  return line.replace(C1_CONTROLS, escaped).replace(HIDDEN_CHARACTERS, escaped)
}

const C1_CONTROLS = /[\u007f-\u009f]/g
