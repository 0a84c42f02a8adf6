/** Tab completion in the shell. */

import { flagName, sourceOf, type ValueSource } from '@shoal/options'
import type { Command } from '../command.ts'
import { COMMON_OPTIONS } from '../common-options.ts'
import { quoteWord, splitLine } from './split.ts'

/** The sources of completions. */
export interface CompletionSources {
  readonly commands: readonly string[]
  /** Returns null if there is no such command. */
  command(name: string): Promise<Command | null>
  /** Returns the names of the node's torrents, or none if no node answers. */
  torrents(): Promise<readonly string[]>
  /** Returns the names of the node's conversations, or none if no node answers. */
  conversations(): Promise<readonly string[]>
  /** Returns the paths that start with this; folders end with a slash. */
  paths(beginning: string): Promise<readonly string[]>
}

/** The result for readline: the completions, and the part of the line that they replace. */
export type Completion = [candidates: string[], replaced: string]

const MOST = 200

export async function complete(line: string, sources: CompletionSources): Promise<Completion> {
  const { words, lastStart } = splitLine(line)
  const replaced = line.slice(lastStart)
  const typed = replaced === '' ? '' : (words.at(-1) ?? '')
  const before = replaced === '' ? words : words.slice(0, -1)
  const offered = await candidatesFor(before, typed, sources)
  const fitting = offered.filter(each => begins(each, typed)).slice(0, MOST)
  return [fitting.map(each => (each.endsWith('/') ? quoted(each, '') : quoted(each, ' '))), replaced]
}

async function candidatesFor(
  before: readonly string[],
  typed: string,
  sources: CompletionSources,
): Promise<readonly string[]> {
  const [name, ...rest] = before
  if (name === undefined) return sources.commands
  if (name === 'help') return rest.length === 0 ? sources.commands : []
  const command = await sources.command(name)
  if (!command) return []
  const table = { ...command.options, ...COMMON_OPTIONS }
  const named = (word: string | undefined) =>
    Object.entries(table).find(([key, { short }]) => word === flagName(key) || word === `-${short}`)?.[1]
  const option = named(rest.at(-1))
  if (option && option.kind !== 'flag')
    return candidatesOf(sourceOf(option.value, option.choices), typed, sources)
  if (typed.startsWith('-')) return Object.keys(table).map(flagName)
  return forPositional(command, countWords(rest, named), typed, sources)
}

async function forPositional(
  { positionals }: Command,
  at: number,
  typed: string,
  sources: CompletionSources,
): Promise<readonly string[]> {
  const last = positionals.at(-1)
  const positional = positionals[at] ?? (last?.many ? last : undefined)
  return positional ? candidatesOf(sourceOf(positional.name, positional.choices), typed, sources) : []
}

function candidatesOf(
  source: ValueSource,
  typed: string,
  sources: CompletionSources,
): Promise<readonly string[]> | readonly string[] {
  if (source === 'torrents' || source === 'conversations') return sources[source]()
  if (source === 'paths') return sources.paths(typed)
  return source ?? []
}

/** Counts the words that are neither options nor their values. */
function countWords(words: readonly string[], named: (word: string) => { kind: string } | undefined): number {
  let count = 0
  for (let at = 0; at < words.length; at++) {
    const option = named(words[at]!)
    if (option && option.kind !== 'flag') at++
    else if (!words[at]!.startsWith('-')) count++
  }
  return count
}

/** Ignores case. */
function begins(candidate: string, typed: string): boolean {
  return candidate.toLowerCase().startsWith(typed.toLowerCase())
}

function quoted(word: string, end: string): string {
  const text = quoteWord(word)
  // The quote stays open, so that the path within the folder can follow.
  return end === '' && text.endsWith("'") ? text.slice(0, -1) : text + end
}
