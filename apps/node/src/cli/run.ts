import { texts } from './texts.ts'
/** Runs one command line: the words of a process, or a line of the shell. */

import { nearest, parseWords, requireWords, UsageError } from '@shoal/options'
import { SHOAL } from '../base/program.ts'
import { VERSION } from '../base/version.ts'
import { type CommandContext, shownCommands } from './command.ts'
import { COMMANDS, findCommand } from './commands.ts'
import { COMMON_OPTIONS } from './common-options.ts'
import { EXIT } from './exit.ts'
import { explainFailure, SetupFailure } from './failure.ts'
import { commandHelp, overview } from './help.ts'
import { listenForInterrupt } from './interrupt.ts'
import { type Output, processOutput } from './output.ts'

const MOST_HELP_COLUMNS = 110

/**
 * Returns whether `--json` and `--verbose` are given. Checked before parsing, so that errors are
 * reported in JSON, too.
 */
export function outputFlags(args: readonly string[]): { json: boolean; verbose: boolean } {
  const end = args.indexOf('--')
  const given = end < 0 ? args : args.slice(0, end)
  return { json: given.includes('--json'), verbose: given.includes('--verbose') }
}

/**
 * The command among the words. `npm start -- get LINK` arrives as `start get LINK`, so a word after
 * `start` is the command.
 */
export function chooseCommand(
  args: readonly string[],
  { interactive }: { interactive: boolean },
): { name: string; rest: readonly string[] } {
  const [first, ...rest] = args
  if (first === undefined) return { name: interactive ? 'shell' : 'help', rest }
  if (first === '--version' || first === '-V') return { name: 'version', rest }
  if (first === '--help' || first === '-h') return { name: 'help', rest }
  // The language can come before the command.
  if (first === '--lang' && rest.length > 1)
    return withLanguage([first, rest[0]!], rest.slice(1), interactive)
  if (first.startsWith('--lang=') && rest.length > 0) return withLanguage([first], rest, interactive)
  // Options without a command are those of the shell.
  if (first.startsWith('-')) return { name: 'shell', rest: args }
  const next = rest[0]
  if (first === 'start' && next !== undefined && next !== '' && !next.startsWith('-'))
    return chooseCommand(rest, { interactive })
  return { name: first, rest }
}

function withLanguage(language: readonly string[], rest: readonly string[], interactive: boolean) {
  const command = chooseCommand(rest, { interactive })
  return { name: command.name, rest: [...language, ...command.rest] }
}

/**
 * Runs a line in this process and resolves with the exit code. Reports errors instead of throwing
 * them. `interactive`: the user is typing.
 */
export async function runLine(
  words: readonly string[],
  { interactive }: { interactive: boolean },
): Promise<number> {
  const output = processOutput(outputFlags(words))
  const interrupt = listenForInterrupt()
  const commandLine = {
    commands: COMMANDS,
    run: (words: readonly string[]) => runLine(words, { interactive: false }),
  }
  try {
    return await runCommand(chooseCommand(words, { interactive }), { output, interrupt, commandLine })
  } finally {
    interrupt.close()
    await output.flush()
  }
}

async function runCommand(
  { name, rest }: { name: string; rest: readonly string[] },
  context: CommandContext,
): Promise<number> {
  const { output, interrupt } = context
  const entry = findCommand(name)
  try {
    if (name === 'version') return print(output, VERSION, { version: VERSION })
    if (name === 'help') return await help(rest, output)
    if (!entry) throw unknownCommand(name)
    const command = await entry.load()
    const table = { ...command.options, ...COMMON_OPTIONS }
    const parsed = parseWords(rest, table, command.positionals)
    if (parsed.options.version) return print(output, VERSION, { version: VERSION })
    if (parsed.options.help) return await help([name], output)
    requireWords(parsed.words, command.positionals)
    return (await command.run(parsed.words, parsed.options, context)) ?? 0
  } catch (error) {
    if (!interrupt.signal.aborted) return report(error, entry && name, output)
    if (output.json) output.object({ error: { code: 'cancelled', message: texts.run.stopped } })
    else output.error(`shoal: ${texts.run.stopped}`)
    return EXIT.interrupted
  }
}

async function help(args: readonly string[], output: Output): Promise<number> {
  const [topic] = parseWords(args, COMMON_OPTIONS, [
    { name: 'COMMAND', help: '', optional: true, many: true },
  ]).words
  const columns = Math.min(output.terminal?.columns ?? MOST_HELP_COLUMNS, MOST_HELP_COLUMNS)
  const entry = findCommand(topic)
  if (topic !== undefined && !entry) throw unknownCommand(topic)
  const text = entry ? commandHelp(topic!, await entry.load(), columns) : overview(COMMANDS, columns)
  return print(output, text.trimEnd(), { help: text })
}

function report(error: unknown, command: string | null, output: Output): number {
  const failure = explainFailure(error)
  const isUsage = error instanceof UsageError
  if (output.json) output.object({ error: failure })
  else {
    output.error(`shoal: ${failure.message}`)
    if (isUsage) output.error(texts.help.see({ line: command ? `${SHOAL} ${command}` : SHOAL }))
    if (output.verbose) for (const line of stacks(error)) output.error(line)
  }
  // As for `add`, where the node reports it.
  if (isUsage || ['unknown-identifier', 'ipfs-content-id'].includes(failure.code)) return EXIT.usage
  return error instanceof SetupFailure ? EXIT.setup : EXIT.failed
}

/** The stack traces of an error and of its causes. */
function stacks(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  return [...(error.stack ?? '').split('\n'), ...stacks(error.cause)]
}

function unknownCommand(typed: string): UsageError {
  const meant = nearest(
    typed,
    shownCommands(COMMANDS).map(([name]) => name),
  )
  const isLink = /^((web\+)?magnet:|https?:)|\.torrent$|^[0-9a-f]{40}$/i.test(typed)
  const shown = typed.slice(0, 80)
  if (isLink) return new UsageError(texts.run.unknownCommandLink({ typed: shown, shoal: SHOAL }))
  return new UsageError(
    meant
      ? texts.run.unknownCommandMeant({ typed: shown, meant })
      : texts.run.unknownCommand({ typed: shown }),
  )
}

function print(output: Output, text: string, value: object): 0 {
  if (output.json) output.object(value)
  else for (const line of text.split('\n')) output.line(line)
  return 0
}
