import {
  completeOptions,
  environmentLayer,
  fileLayer,
  flag,
  type Layer,
  type OptionValues,
  parseWords,
} from '@shoal/options'
import { OPTIONS } from './options.ts'

export interface ProcessEnv {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Throws an error with a readable message. */
  readFile(path: string): string
}

const COMMAND_LINE = { ...OPTIONS, help: flag('Show this help', { short: 'h' }) }
const IN_FILES = Object.keys(OPTIONS).filter(key => key !== 'config')

/**
 * Reads the command line, then the environment (SHOAL_HUB_…, lists separated by commas), then the
 * settings file that one of them names: a JSON object. Relative paths are relative to the settings
 * file or the working directory. Throws UsageError with the location of the mistake.
 */
export function readOptions({ args, env, cwd, readFile }: ProcessEnv): OptionValues<typeof COMMAND_LINE> {
  const { help, ...given } = parseWords(args, COMMAND_LINE, [], cwd).options
  const layers: Layer[] = [environmentLayer(env, 'SHOAL_HUB_', OPTIONS, cwd)]
  const { config: file } = completeOptions(OPTIONS, given, layers)
  if (file !== undefined) layers.push(fileLayer(file, readFile(file), IN_FILES))
  return { ...completeOptions(OPTIONS, given, layers), help }
}
