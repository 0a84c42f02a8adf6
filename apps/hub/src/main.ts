import { readFileSync } from 'node:fs'
import { UsageError } from '@shoal/options'
import { pino } from 'pino'
import { EXIT, SetupError } from './failure.ts'
import { helpText } from './help.ts'
import { startHub } from './hub.ts'
import { readOptions } from './read-options.ts'
import { startedText } from './started-text.ts'

/** Time limit for closing connections. */
const CLOSE_MS = 5000

/** Runs a hub until SIGINT or SIGTERM. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const given = readOptions({ args, env: process.env, cwd: process.cwd(), readFile })
    if (given.help) return void process.stdout.write(helpText())
    const log = pino({ name: 'shoal-hub', level: given.logLevel ?? 'info' })
    const hub = await startHub(given, log)
    if (process.stdout.isTTY) process.stdout.write(startedText(hub, { noStats: given.noStats ?? false }))
    const readAgain = () => {
      log.info('Reloading the lists because of SIGHUP')
      hub.readLists()
    }
    process.on('SIGHUP', readAgain)
    await stopped()
    setTimeout(() => process.exit(EXIT.failed), CLOSE_MS).unref()
    await hub.close()
    log.info('The hub has stopped')
  } catch (error) {
    process.exitCode = fail(error)
  }
}

function stopped(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

function fail(error: unknown): number {
  if (!(error instanceof UsageError) && !(error instanceof SetupError)) throw error
  process.stderr.write(`shoal-hub: ${error.message}\n`)
  if (error instanceof SetupError) return EXIT.setup
  process.stderr.write('Run shoal-hub --help to see the options\n')
  return EXIT.usage
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new SetupError(`Cannot read ${path}: ${(error as Error).message}`)
  }
}
