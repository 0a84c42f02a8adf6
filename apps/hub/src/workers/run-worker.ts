import { once } from 'node:events'
import { IpcCarrier } from '../cluster/ipc-carrier.ts'
import { ownPlace, type Place } from '../cluster/place.ts'
import { portOf } from '../cluster/process-port.ts'
import { SetupError } from '../failure.ts'
import type { Given } from '../options.ts'
import { createLog, givenOptions, serve } from '../run.ts'
import { type Assignment, type FromWorker, STOP } from './messages.ts'

/** Serves until the parent process stops it or exits, or until a signal. */
export async function runWorker(args: readonly string[]): Promise<void> {
  const stop = new AbortController()
  process.on('disconnect', () => stop.abort())
  process.on('message', message => {
    if (message === STOP) stop.abort()
  })
  const [assignment] = (await once(process, 'message')) as [Assignment]
  const tell = (message: FromWorker) => void process.send?.(message)
  try {
    const { help: _, ...given } = givenOptions(args)
    const { port, udpPort } = assignment
    const own: Given = { ...given, port, ...(udpPort !== undefined && { udpPort }) }
    await serve(own, createLog(own), {
      place: shareSecret => placeOf(own, assignment, shareSecret),
      stop: stop.signal,
      onListening: ({ origin, urls, stunPort, isPrivate, page, statistics }) =>
        tell({ listening: { origin, urls, stunPort, isPrivate, page, statistics } }),
    })
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    tell({ failure: error.message })
  }
  if (process.connected) process.disconnect()
}

async function placeOf(
  given: Given,
  { number, secret, isFirst }: Assignment,
  shareSecret: (secret: Uint8Array) => void,
): Promise<Place> {
  const shared = { sharesPorts: true, isFirst }
  if (given.redis !== undefined) return { ...(await ownPlace(given, shareSecret)), ...shared }
  shareSecret(secret)
  return { carrier: new IpcCarrier(number, portOf(process)), ...shared }
}
