import { UsageError } from '@shoal/options'
import { EXIT, SetupError } from './failure.ts'
import { helpText } from './help.ts'
import type { Given } from './options.ts'
import { createLog, givenOptions, STOP_MS, serve, whenStopped } from './run.ts'
import { startedText } from './started-text.ts'
import type { Listening } from './workers/messages.ts'
import { Workers } from './workers/workers.ts'

/** Runs a hub until SIGINT or SIGTERM. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const { help, ...given } = givenOptions(args)
    if (help) return void process.stdout.write(helpText())
    const onListening = (hub: Listening) => {
      if (process.stdout.isTTY) process.stdout.write(startedText(hub, { noStats: given.noStats ?? false }))
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

function fail(error: unknown): number {
  if (!(error instanceof UsageError) && !(error instanceof SetupError)) throw error
  process.stderr.write(`shoal-hub: ${error.message}\n`)
  if (error instanceof SetupError) return EXIT.setup
  process.stderr.write('Run shoal-hub --help to see the options\n')
  return EXIT.usage
}
