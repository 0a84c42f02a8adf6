import { UsageError } from '@shoal/options'
import { EXIT, NotYetError, SetupError } from './failure.ts'
import { helpText } from './help.ts'
import { startError } from './kernel/open-data.ts'
import type { Given } from './options.ts'
import { createLog, givenOptions, STOP_MS, serve, whenStopped } from './run.ts'
import { startedText } from './started-text.ts'
import type { Listening } from './workers/messages.ts'
import { Workers } from './workers/workers.ts'

/** Runs a command, or a hub until SIGINT or SIGTERM. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    if (args[0] === 'move' || args[0] === 'backup') return await runCommand(args[0], args.slice(1))
    const { help, ...given } = givenOptions(args)
    if (help) return void process.stdout.write(helpText())
    const onListening = (hub: Listening) => {
      if (process.stdout.isTTY) process.stdout.write(startedText(hub))
    }
    const { workers = 1 } = given
    if (workers === 1) await serve(given, createLog(given), { onListening })
    else process.exitCode = await serveInWorkers({ ...given, workers }, args, onListening)
  } catch (error) {
    process.exitCode = fail(error)
  }
}

async function serveInWorkers(
  given: Given & { workers: number },
  args: readonly string[],
  onListening: (hub: Listening) => void,
): Promise<number> {
  const log = createLog(given)
  const stopped = whenStopped()
  const workers = new Workers({ given, args, log })
  onListening(await workers.start())
  process.on('SIGHUP', () => workers.reload())
  await stopped
  return (await workers.stop(STOP_MS + 1000)) ? 0 : EXIT.failed
}

async function runCommand(name: 'move' | 'backup', args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) return void process.stdout.write(helpText())
  const { runMove, runBackup } = await import('./commands/run-command.ts')
  const stop = new AbortController()
  const cancelled = new NotYetError('Cancelled: nothing was changed')
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(cancelled))
  const isShown = process.stderr.isTTY
  try {
    await (name === 'move' ? runMove : runBackup)(args, {
      env: process.env,
      cwd: process.cwd(),
      signal: stop.signal,
      print: line => void process.stdout.write(`${line}\n`),
      progress: line => isShown && void process.stderr.write(`\r\x1b[K${line}`),
    })
  } catch (error) {
    throw stop.signal.aborted ? cancelled : startError(error)
  } finally {
    if (isShown) process.stderr.write('\r\x1b[K')
  }
}

function fail(error: unknown): number {
  if (!(error instanceof UsageError) && !(error instanceof SetupError)) throw error
  process.stderr.write(`shoal-hub: ${error.message}\n`)
  if (error instanceof SetupError) return error.exitCode
  process.stderr.write('Run shoal-hub --help to see the options\n')
  return EXIT.usage
}
