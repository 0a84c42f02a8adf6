/** A running hub: its kernel, its capabilities, and its server. */
import { assemble } from '@shoal/daemon/capability'
import type { HubOperation } from '@shoal/hub-api'
import type { HubTables } from '@shoal/hub-stores'
import { ownUrlHost } from '@shoal/torrent/local-address'
import { type FindPlace, ownPlace } from './cluster/place.ts'
import type { AnyCapability } from './kernel/capability.ts'
import { type HubKernel, openKernel } from './kernel/kernel.ts'
import type { HubLog } from './kernel/log.ts'
import { hostsOf, statisticsPath } from './listen.ts'
import type { Given } from './options.ts'
import { buildServer, type HubServer } from './server/server.ts'
import { tracker } from './tracker/capability.ts'
import type { Listening } from './tracker/fronts.ts'
import { TRACKER_FRONTS } from './tracker/service.ts'
import type { HubStats } from './tracker/stats.ts'

export interface Hub extends Listening {
  readonly isPrivate: boolean
  /** URL of the hub's web page. Null if it was not built, or if the hub is only a tracker. */
  readonly page: string | null
  /** URL of the tracker's statistics page. Null if it is disabled. */
  readonly statistics: string | null
  /**
   * Page on which the owner of a new hub creates an account. Null if there are accounts, or another
   * process has it.
   */
  readonly ownerLink: string | null
  stats(): HubStats
  /** Reloads the list files. They are also reloaded automatically when they change. */
  readLists(): void
  /**
   * Stops accepting requests, finishes those in progress, and closes WebSockets at random times
   * within this duration.
   */
  drain(withinMs: number): Promise<void>
  close(): Promise<void>
}

/**
 * `capabilities`: default all. Rejects with SetupError if a port is in use, the database
 * cannot be opened, or a file cannot be read or has an invalid line.
 */
export async function startHub(
  given: Given,
  log: HubLog,
  findPlace: FindPlace = shareSecret => ownPlace(given, shareSecret),
  capabilities?: readonly AnyCapability[],
): Promise<Hub> {
  const { list, tables, table } = await partsOf(given, capabilities)
  const opened = await openKernel(given, log, findPlace, tables)
  const { kernel } = opened
  const assembled = await assemble(list, kernel, { operations: Object.keys(table) }).catch(async error => {
    await opened.close()
    throw error
  })
  let server: HubServer | undefined
  const close = async () => {
    await assembled.close()
    await server?.close()
    await opened.close()
  }
  try {
    server = await buildServer(kernel, assembled, table)
    const fronts = assembled.service(TRACKER_FRONTS)
    const listening = await fronts.listen(server.app.server)
    const origins = hostsOf(given).map(host => `http://${ownUrlHost(host)}:${listening.port}`)
    opened.listens({ port: listening.port, urls: listening.urls, origins, capabilities: assembled.names })
    kernel.channels.start()
    const [origin] = origins
    const path = statisticsPath(given)
    const about = {
      isPrivate: fronts.isPrivate,
      page: server.hasPage ? `${origin}/` : null,
      statistics: path && `${origin}${path}`,
    }
    kernel.log.info('The hub is listening', {
      ...{ urls: listening.urls, stunPort: listening.stunPort, private: about.isPrivate },
      ...{ page: about.page, statistics: about.statistics },
      ...(fronts.process !== null && { process: fronts.process }),
    })
    return {
      ...listening,
      ...about,
      ownerLink: await ownerLinkOf(kernel),
      stats: () => fronts.stats(),
      readLists: () => fronts.readLists(),
      async drain(withinMs) {
        for (const each of assembled.running) each.stopAccepting?.()
        await Promise.all([server!.drain(withinMs), ...assembled.running.map(each => each.drain?.(withinMs))])
      },
      close,
    }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}

interface Parts {
  readonly list: readonly AnyCapability[]
  /** Null if nothing is stored. */
  readonly tables: readonly HubTables[] | null
  readonly table: Readonly<Record<string, HubOperation>>
}

/** A tracker-only hub has no database and no operations, and does not load the code for them. */
async function partsOf({ onlyTracker }: Given, given?: readonly AnyCapability[]): Promise<Parts> {
  if (onlyTracker) return { list: [tracker], tables: null, table: {} }
  const [{ CAPABILITIES }, { tablesFor }, { HUB_OPERATIONS }] = await Promise.all([
    import('./capabilities.ts'),
    import('./kernel/tables.ts'),
    import('@shoal/hub-api'),
  ])
  const list = given ?? CAPABILITIES
  return { list, tables: tablesFor(list), table: HUB_OPERATIONS }
}

async function ownerLinkOf(kernel: HubKernel): Promise<string | null> {
  if (kernel.given.onlyTracker || !kernel.place.isFirst) return null
  const { inviteOwner } = await import('./about/owner.ts')
  return inviteOwner(kernel)
}
