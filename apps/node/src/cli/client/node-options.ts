import { flagName, isGiven, type OptionValues, UsageError, value } from '@shoal/options'
import { texts } from '../texts.ts'

/** Options that select the node of a command. */
export const NODE_OPTIONS = {
  node: value('URL', { help: texts.nodeOptions.node }),
  token: value('TOKEN', { help: texts.nodeOptions.token }),
  username: value('NAME', { help: texts.nodeOptions.username }),
  passwordFile: value('FILE', {
    help: texts.nodeOptions.passwordFile,
  }),
  dataDir: value('DIR', { help: texts.nodeOptions.dataDir }),
}

/** The same for commands that work without a node unless one is given. */
export const OPTIONAL_NODE_OPTIONS = {
  ...NODE_OPTIONS,
  node: value('URL', {
    help: texts.nodeOptions.optionalNode,
  }),
}

export type NodeOptions = OptionValues<typeof NODE_OPTIONS>

/** Throws UsageError for options that only make sense with --node. */
export function refuseWithoutNode(
  options: Readonly<Record<string, unknown>>,
  keys: readonly (keyof NodeOptions)[],
): void {
  const given = keys.find(key => isGiven(options[key]))
  if (given !== undefined) throw new UsageError(texts.connection.onlyWithNode({ option: flagName(given) }))
}
