import { flagName, type OptionTable } from './option.ts'
import type { Positional } from './parse.ts'

/**
 * Description of a program for completion and manual pages, derived from the tables that also parse
 * its command line.
 */
export interface ProgramShape {
  readonly name: string
  readonly summary: string
  readonly commands: readonly CommandShape[]
  /** The options of the program without a command. */
  readonly options: OptionTable
}

export interface CommandShape {
  readonly name: string
  readonly summary: string
  /** Paragraphs with an empty line between them. */
  readonly about: string
  readonly positionals: readonly Positional[]
  readonly options: OptionTable
  readonly examples: readonly (readonly [line: string, does: string])[]
}

/**
 * Completable values: these words, the node's torrents or conversations, files and folders; null if
 * unknown.
 */
export type ValueSource = readonly string[] | 'torrents' | 'conversations' | 'paths' | null

const PATHS = new Set(['FILE', 'DIR', 'PATH', 'LINK'])
const TORRENTS = new Set(['ID', 'WORD'])

/** The source for a value with this name in the help. */
export function sourceOf(value: string | undefined, choices?: readonly string[]): ValueSource {
  if (choices) return choices
  if (value === undefined) return null
  if (TORRENTS.has(value)) return 'torrents'
  if (value === 'WHO') return 'conversations'
  return PATHS.has(value) ? 'paths' : null
}

export interface OptionShape {
  /** `--out`, and `-o` if there is one. */
  readonly names: readonly string[]
  readonly help: string
  readonly isFlag: boolean
  readonly isList: boolean
  readonly value: string
  readonly source: ValueSource
}

export function optionShapes(table: OptionTable): OptionShape[] {
  return Object.entries(table).map(([key, { kind, short, help, value = '', choices }]) => ({
    names: [flagName(key), ...(short ? [`-${short}`] : [])],
    help,
    isFlag: kind === 'flag',
    isList: kind === 'list',
    value,
    source: kind === 'flag' ? null : sourceOf(value, choices),
  }))
}
