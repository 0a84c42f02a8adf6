import { flagName, isGiven, nearest, UsageError } from '@shoal/options'
import { texts } from './texts.ts'

/**
 * Runs the subcommand named by the first word with the other words. Throws UsageError if there is
 * none.
 */
export function subcommand<T>(
  [name = '', ...words]: readonly string[],
  table: Readonly<Record<string, (words: readonly string[]) => T>>,
): T {
  const run = Object.hasOwn(table, name) ? table[name] : undefined
  if (run) return run(words)
  const names = Object.keys(table)
  const meant = nearest(name, names)
  const known = { name, names: names.join(', ') }
  throw new UsageError(meant ? texts.run.notOneOfMeant({ ...known, meant }) : texts.run.notOneOf(known))
}

/** Throws UsageError unless there is a word for each name; `name …` accepts one or more. */
export function takeWords(words: readonly string[], ...names: readonly string[]): readonly string[] {
  const isOpen = names.at(-1)?.endsWith(' …')
  const missing = names[words.length]
  if (missing !== undefined)
    throw new UsageError(texts.run.argumentMissing({ name: missing.replace(' …', '') }))
  const surplus = isOpen ? undefined : words[names.length]
  if (surplus !== undefined) throw new UsageError(texts.run.unexpected({ word: surplus }))
  return words
}

/**
 * Throws UsageError for an option that only other actions have. `table`: the options of each action
 * that has any.
 */
export function refuseOptionsOfOthers(
  table: Readonly<Record<string, readonly string[]>>,
  action: string,
  options: Readonly<Record<string, unknown>>,
): void {
  const stray = Object.values(table)
    .flat()
    .find(name => isGiven(options[name]) && !table[action]?.includes(name))
  if (stray !== undefined) throw new UsageError(texts.run.optionOf({ option: flagName(stray), action }))
}
