/** A running hub: its kernel, its capabilities, and their server. It names none of them. */
import { assemble, type Service } from '@shoal/daemon/capability'
import type { HubOperation } from '@shoal/hub-api'
import type { HubTables } from '@shoal/hub-stores'
import { ownUrlHost } from '@shoal/torrent/local-address'
import { CAPABILITIES_WITHOUT_DATA } from './capabilities-without-data.ts'
import { type FindPlace, ownPlace } from './cluster/place.ts'
import type { AnyCapability } from './kernel/capability.ts'
import { openKernel } from './kernel/kernel.ts'
import type { HubLog } from './kernel/log.ts'
import { NO_OVERVIEW, type Overview } from './kernel/overview.ts'
import { hostsOf } from './listen.ts'
import type { Given } from './options.ts'
import { buildServer, type HubServer } from './server/server.ts'

export interface Hub extends Overview {
  /** Returns a service of a capability. Throws AbsentCapability if none provides it. */
  service<T>(it: Service<T>): T
  /** Reads the list files again. They are also read automatically when they change. */
  reload(): void
  /**
   * Stops accepting requests, finishes those in progress, and closes WebSockets at random times
   * within this duration.
   */
  drain(withinMs: number): Promise<void>
  close(): Promise<void>
}

/**
 * `capabilities`: default all, or those without data for a tracker-only hub. Rejects with
 * SetupError if a port is in use, the database cannot be opened, or a file cannot be read or has an
 * invalid line.
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
    const ports = await server.listen()
    const origins = hostsOf(given).map(host => `http://${ownUrlHost(host)}:${ports.port}`)
    opened.listens({ port: ports.port, urls: ports.urls, origins, capabilities: assembled.names })
    kernel.channels.start()
    const parts = await Promise.all(assembled.running.map(each => each.overview?.()))
    const overview: Overview = Object.assign({ ...NO_OVERVIEW, ...ports, origin: origins[0]! }, ...parts)
    const { urls, stunPort, isPrivate, page, statistics, process } = overview
    kernel.log.info('The hub is listening', {
      ...{ urls, stunPort, private: isPrivate, page, statistics },
      ...(process !== null && { process }),
    })
    return {
      ...overview,
      service: assembled.service,
      reload() {
        for (const each of assembled.running) each.reload?.()
      },
      async drain(withinMs) {
        server!.stopAccepting()
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
  if (onlyTracker) return { list: given ?? CAPABILITIES_WITHOUT_DATA, tables: null, table: {} }
  const [{ CAPABILITIES }, { tablesFor }, { HUB_OPERATIONS }] = await Promise.all([
    import('./capabilities.ts'),
    import('./kernel/tables.ts'),
    import('@shoal/hub-api'),
  ])
  const list = given ?? CAPABILITIES
  return { list, tables: tablesFor(list), table: HUB_OPERATIONS }
}
