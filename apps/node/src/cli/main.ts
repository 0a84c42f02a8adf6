import { COMMANDS, type CommandEntry } from './commands.ts'
import { COMMON_OPTIONS } from './common-options.ts'
import { describeFailure, EXIT, UsageError } from './failure.ts'
import { commandHelp, overview } from './help.ts'
import { listenForInterrupt } from './interrupt.ts'
import { type Output, processOutput } from './output.ts'
import { parseWords, requireWords } from './parse.ts'
import { nearest } from './suggest.ts'
import { VERSION } from './version.ts'

const MOST_HELP_COLUMNS = 110

/** Runs a command line and ends the process with its exit code. */
export async function main(args: readonly string[]): Promise<never> {
  // Known before the options are read, so that a mistake in them is told in JSON too.
  const end = args.indexOf('--')
  const given = end < 0 ? args : args.slice(0, end)
  const output = processOutput({ json: given.includes('--json'), verbose: given.includes('--verbose') })
  const code = await run(args, output)
  // Nothing may be left that keeps the process alive; a fault that leaves something must not hang a script.
  await output.flush()
  process.exit(code)
}

/** The exit code. */
async function run(args: readonly string[], output: Output): Promise<number> {
  const columns = Math.min(output.terminal?.columns ?? MOST_HELP_COLUMNS, MOST_HELP_COLUMNS)
  const interrupt = listenForInterrupt()
  let entry: CommandEntry | null = null
  try {
    const [first = 'share', ...rest] = args
    if (['--version', '-V', 'version'].includes(first)) return print(output, VERSION, { version: VERSION })
    if (['--help', '-h', 'help'].includes(first)) {
      const topic = COMMANDS.find(({ name }) => name === rest[0])
      const text = topic ? commandHelp(topic, await topic.load(), columns) : overview(COMMANDS, columns)
      return print(output, text.trimEnd(), { help: text })
    }
    // Options without a command are those of `share`.
    const name = first.startsWith('-') ? 'share' : first
    entry = COMMANDS.find(each => each.name === name) ?? null
    if (!entry) throw unknownCommand(name)
    const command = await entry.load()
    const table = { ...command.options, ...COMMON_OPTIONS }
    const parsed = parseWords(first === name ? rest : args, table, command.positionals)
    if (parsed.options.version) return print(output, VERSION, { version: VERSION })
    if (parsed.options.help) {
      const text = commandHelp(entry, command, columns)
      return print(output, text.trimEnd(), { help: text })
    }
    requireWords(parsed.words, command.positionals)
    return (await command.run(parsed.words, parsed.options, { output, interrupt })) ?? 0
  } catch (error) {
    if (interrupt.signal.aborted) {
      if (output.json) output.object({ error: { code: 'cancelled', message: 'stopped' } })
      else output.error('shoal: stopped')
      return EXIT.interrupted
    }
    return report(error, entry, output)
  } finally {
    interrupt.close()
  }
}

function report(error: unknown, entry: CommandEntry | null, output: Output): number {
  const failure = describeFailure(error)
  const isUsage = error instanceof UsageError
  if (output.json) output.object({ error: failure })
  else {
    output.error(`shoal: ${failure.message}`)
    if (isUsage) output.error(`See: shoal ${entry ? `${entry.name} ` : ''}--help`)
    if (output.verbose && error instanceof Error)
      for (const line of (error.stack ?? '').split('\n')) output.error(line)
  }
  return isUsage ? EXIT.usage : EXIT.failed
}

function unknownCommand(typed: string): UsageError {
  const meant = nearest(
    typed,
    COMMANDS.map(({ name }) => name),
  )
  const isLink = /^(magnet:|https?:)|\.torrent$|^[0-9a-f]{40}$/i.test(typed)
  const hint = isLink ? ': to download, write shoal get LINK' : meant ? `: did you mean ${meant}?` : ''
  return new UsageError(`there is no command "${typed.slice(0, 80)}"${hint}`)
}

function print(output: Output, text: string, value: object): 0 {
  if (output.json) output.object(value)
  else for (const line of text.split('\n')) output.line(line)
  return 0
}
