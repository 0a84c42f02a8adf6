/** Each process of a hub reads the options, serves until it is stopped, and shuts down. */

import { openLog } from '@shoal/daemon/log'
import type { FindPlace } from './cluster/place.ts'
import { EXIT } from './failure.ts'
import { fileText } from './file-text.ts'
import { type Hub, startHub } from './hub.ts'
import { defaultDataFolder } from './kernel/data-folder.ts'
import type { HubLog } from './kernel/log.ts'
import type { Given } from './options.ts'
import { readOptions } from './read-options.ts'
import { ownerText } from './started-text.ts'

/**
 * Time over which WebSockets are closed at random, so that their pages do not all reconnect at
 * once.
 */
const DRAIN_MS = 3000
/** Time limit for stopping. */
export const STOP_MS = 8000

export function givenOptions(args: readonly string[]) {
  const given = readOptions({ args, env: process.env, cwd: process.cwd(), readFile: fileText })
  return { ...given, data: given.data ?? defaultDataFolder() }
}

/** Opens the log: lines of JSON on standard output, or short lines if it is a terminal. */
export function createLog({ logLevel = 'info' }: Given): HubLog {
  const base = { pid: process.pid }
  return openLog<Record<string, unknown>>({ level: logLevel, destination: process.stdout, base }).log
}

interface Serving {
  readonly place?: FindPlace
  /** Stops the process, in addition to SIGINT and SIGTERM. */
  readonly stop?: AbortSignal
  readonly onListening: (hub: Hub) => void
}

export async function serve(given: Given, log: HubLog, { place, stop, onListening }: Serving): Promise<void> {
  const stopped = whenStopped(stop)
  const hub = await startHub(given, log, place)
  onListening(hub)
  if (hub.ownerLink !== null) process.stdout.write(`${ownerText(hub.ownerLink)}\n`)
  process.on('SIGHUP', () => {
    log.info('Reloading the lists because of SIGHUP')
    hub.reload()
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
