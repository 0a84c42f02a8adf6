import type { Acceptor } from './acceptor.ts'
import type { EngineContext } from './engine-context.ts'
import type { Torrent } from './torrent/torrent.ts'

/** The parts of a session that a port change affects. */
export interface PortParts {
  readonly context: EngineContext
  readonly acceptor: Acceptor
  readonly host: string | undefined
  readonly torrents: readonly Torrent[]
}

/** Listens on another port. Returns whether the port changed. */
export async function rebind(
  { acceptor, context, host }: PortParts,
  port: number | null | undefined,
): Promise<boolean> {
  if (port === undefined || port === acceptor.port || (port === null && acceptor.port === 0)) return false
  await acceptor.listen(context.transports.all, { port, host })
  context.ports.listen = acceptor.port
  return true
}

/** Turns uTP on or off for new connections. */
export async function turnUtp({ acceptor, context }: PortParts, on: boolean | undefined): Promise<void> {
  const { transports, utp } = context
  if (on === undefined || !utp || transports.all.includes(utp) === on) return
  if (on) {
    transports.add(utp)
    return acceptor.add(utp)
  }
  transports.remove(utp)
  await acceptor.remove(utp)
}

/**
 * Announces the new port as soon as trackers allow it. A session without a port leaves local
 * discovery.
 */
export async function announcePort({ context, torrents }: PortParts): Promise<void> {
  for (const torrent of torrents) {
    const { announcements } = torrent.phases.network
    if (context.ports.listen === 0) await announcements.leaveOne('lsd')
    else announcements.joinOne('lsd')
    announcements.refresh()
  }
}
