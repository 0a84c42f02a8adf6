/** The history of the shell, kept across runs. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Operation } from '@shoal/api'
import { writeWholeFile } from '@shoal/daemon/files'
import { redact } from '@shoal/daemon/redact'

export const MOST_LINES = 1000
const MOST_LINE_CHARACTERS = 4000
const SECRETS = [
  /--(?:token|password)\b/i,
  /\b(?:token|passkey|password|passphrase|passwd|secret|authkey|torrent_pass)["']?\s*[=:]/i,
  /:\/\/[^\s/]*@/,
  // Also without a host.
  /\bturns?:\S+[:@]/i,
  // Share links: the part after # can open sealed shares.
  /#s\d+[a-z0-9_-]{8,}/i,
  // URL paths can contain keys, too.
  /(?:https?|udp|wss?):\/\/\S*[0-9a-z_-]{24,}/i,
  /(?:https?|udp|wss?):\/\/\S*[/=?](?=[a-z]*\d)(?=\d*[a-z])[0-9a-z]{16,}/i,
]

/** Returns whether a line may contain a secret: everything that logs hide, and more. */
export function isSecret(line: string): boolean {
  const plain = withAddresses(line)
  return redact(plain) !== plain || SECRETS.some(secret => secret.test(plain))
}

/** Returns the calls of `api` whose input has a member that is a secret according to its schema. */
async function callsWithSecrets(lines: readonly string[]): Promise<ReadonlySet<string>> {
  const calls = lines.filter(line => /^api\s/.test(line))
  if (calls.length === 0) return new Set()
  // The schemas take long to load, and few lines need them.
  const { markedPlaces, OPERATIONS, SECRETS } = await import('@shoal/api')
  const operations: Readonly<Record<string, Pick<Operation, 'input'>>> = OPERATIONS
  return new Set(
    calls.filter(line => {
      const name = line.split(/\s+/)[1] ?? ''
      if (!Object.hasOwn(operations, name)) return false
      const members = markedPlaces(SECRETS, operations[name]!.input).filter(({ mark }) => mark.isWhole)
      return members.some(({ field }) => line.includes(`"${field.split('.').at(-1)}"`))
    }),
  )
}

/** Decodes the percent-encoded addresses in magnet links. */
function withAddresses(line: string): string {
  return line.replace(/([?&](?:tr|ws|as|xs)(?:\.\d+)?=)([^&\s"'<>]+)/gi, (whole, _name, value: string) => {
    try {
      return ` ${decodeURIComponent(value)} `
    } catch {
      return whole
    }
  })
}

export function historyFile(stateFolder: string): string {
  return join(stateFolder, 'history')
}

/**
 * Reads the history, the latest line first, as readline expects it. Returns none if there is no
 * file.
 */
export async function readHistory(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter(line => line !== '' && line.length <= MOST_LINE_CHARACTERS)
    .slice(-MOST_LINES)
    .reverse()
}

/** Adds a line to the history, or moves an existing one to the front. */
export function withLine(history: readonly string[], line: string): string[] {
  const typed = line.trim()
  if (typed === '' || typed.length > MOST_LINE_CHARACTERS) return [...history]
  return [typed, ...history.filter(each => each !== typed)].slice(0, MOST_LINES)
}

/** Writes the history, readable only by this user and without lines that may contain secrets. */
export async function writeHistory(file: string, history: readonly string[]): Promise<void> {
  const calls = await callsWithSecrets(history)
  const lines = history.filter(line => !isSecret(line) && !calls.has(line) && !line.includes('\n')).reverse()
  await writeWholeFile(file, lines.map(line => `${line}\n`).join(''), { mode: 0o600 })
}
