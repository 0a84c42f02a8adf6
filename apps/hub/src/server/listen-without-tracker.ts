import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, createServer, isIPv6, type Server as NetServer } from 'node:net'
import { takeOver } from '@shoal/tracker'
import type { HubKernel } from '../kernel/kernel.ts'
import { DEFAULT_PORT, hostsOf, listen } from '../listen.ts'

export interface PlainListener {
  readonly port: number
  /** Accepts no further connections; the server keeps those that are open. */
  stopAccepting(): void
}

/**
 * Opens the HTTP port of a hub without a tracker, which would have it otherwise. Rejects with
 * SetupError, with nothing open.
 */
export async function listenWithoutTracker(
  server: Server,
  { given, place }: Pick<HubKernel, 'given' | 'place'>,
): Promise<PlainListener> {
  const pass = takeOver(server)
  const opened: NetServer[] = []
  const stopAccepting = () => {
    for (const each of opened.splice(0)) each.close()
  }
  let port = given.port ?? DEFAULT_PORT
  try {
    for (const host of hostsOf(given)) {
      const listener = createServer({ allowHalfOpen: true }, pass)
      await listen(host, port, async () => {
        listener.listen({ host, port, reusePort: place.sharesPorts, ipv6Only: isIPv6(host) })
        await once(listener, 'listening')
      })
      opened.push(listener)
      port = (listener.address() as AddressInfo).port
    }
  } catch (error) {
    stopAccepting()
    throw error
  }
  return { port, stopAccepting }
}
