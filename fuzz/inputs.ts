/**
 * Inputs as text files, one per line, so that diffs show them: printable ASCII unchanged,
 * everything else as `\xNN`. A line that starts with `#` is a comment.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const FOLDER = import.meta.dirname

/** `corpus`: inputs from which fuzzing starts. `regressions`: inputs that once failed. */
export type Kind = 'corpus' | 'regressions'

export interface KeptInput {
  readonly bytes: Uint8Array
  /** The comment before it, without `#`. */
  readonly note: string
}

/** Returns the stored inputs of a parser, in order; none if there is no file. */
export function keptInputs(kind: Kind, parser: string): KeptInput[] {
  const path = pathOf(kind, parser)
  if (!existsSync(path)) return []
  const inputs: KeptInput[] = []
  let note = ''
  for (const line of readFileSync(path, 'latin1').split('\n').slice(0, -1)) {
    if (line.startsWith('#')) note = line.slice(1).trim()
    else {
      inputs.push({ bytes: fromLine(line), note })
      note = ''
    }
  }
  return inputs
}

/** Replaces the stored inputs of a parser. */
export function keepInputs(kind: Kind, parser: string, inputs: readonly KeptInput[]): void {
  const lines = inputs.flatMap(({ bytes, note }) => [...(note ? [`# ${note}`] : []), toLine(bytes)])
  const path = pathOf(kind, parser)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, lines.map(line => `${line}\n`).join(''), 'latin1')
}

export function pathOf(kind: Kind, parser: string): string {
  return join(FOLDER, kind, `${parser}.txt`)
}

export function toLine(bytes: Uint8Array): string {
  let line = ''
  for (const byte of bytes) {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c && !(byte === 0x23 && line === '')
    line += isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
  }
  // Editors strip trailing spaces.
  return line.endsWith(' ') ? `${line.slice(0, -1)}\\x20` : line
}

export function fromLine(line: string): Uint8Array {
  const text = line.replace(/\\x([0-9a-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
  return Uint8Array.from(text, character => character.charCodeAt(0))
}
