/** Each process of a hub reads the options, serves until it is stopped, and closes. */
import { readFileSync } from 'node:fs'
import { type Logger, pino } from 'pino'
import type { FindPlace } from './cluster/place.ts'
import { EXIT, SetupError } from './failure.ts'
import { type Hub, startHub } from './hub.ts'
import type { Given } from './options.ts'
import { readOptions } from './read-options.ts'

/** Time in which WebSockets are closed, at random, so that their pages do not all connect elsewhere at once. */
const DRAIN_MS = 3000
/** Time limit for stopping. */
export const STOP_MS = 8000

export function givenOptions(args: readonly string[]) {
  return readOptions({ args, env: process.env, cwd: process.cwd(), readFile })
}

export function createLog({ logLevel = 'info' }: Given): Logger {
  return pino({ name: 'shoal-hub', level: logLevel })
}

interface Serving {
  readonly place?: FindPlace
  /** Stops it, besides SIGINT and SIGTERM. */
  readonly stop?: AbortSignal
  readonly onListening: (hub: Hub) => void
}

export async function serve(given: Given, log: Logger, { place, stop, onListening }: Serving): Promise<void> {
  const stopped = whenStopped(stop)
  const hub = await startHub(given, log, place)
  onListening(hub)
  process.on('SIGHUP', () => {
    log.info('Reloading the lists because of SIGHUP')
    hub.readLists()
  })
  await stopped
  setTimeout(() => process.exit(EXIT.failed), STOP_MS).unref()
  await hub.drain(DRAIN_MS)
  await hub.close()
  log.info('The hub has stopped')
}

/** Resolves at SIGINT, SIGTERM or the signal. */
export function whenStopped(stop?: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve())
    stop?.addEventListener('abort', () => resolve())
  })
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new SetupError(`Cannot read ${path}: ${(error as Error).message}`)
  }
}
