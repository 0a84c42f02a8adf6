/** A node without its servers: session, catalogue and all that is done with them. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodeOperations, SettingsChange } from '@shoal/api'
import { Session } from '@shoal/torrent'
import { fileFailure } from '../base/failure.ts'
import { VERSION } from '../base/version.ts'
import type { RunningNode } from './kernel/contract.ts'
import type { Log } from './kernel/log/log.ts'
import type { LogEntries } from './kernel/log/log-entries.ts'
import { SettingsStore } from './kernel/settings-store.ts'
import { Catalogue } from './legacy/catalogue.ts'
import { startNodeAutomation } from './legacy/node-automation.ts'
import { NodeCore } from './legacy/node-core.ts'
import { nodeProtocols } from './legacy/node-protocols.ts'
import { startNodeSearch } from './search/node-search.ts'
import { nodeOperations } from './system/node-operations.ts'
import { freshRow } from './torrents/adding.ts'
import { nodeFiles } from './torrents/node-files.ts'
import { Pulse } from './torrents/pulse.ts'
import { applyToSession, sessionOptions } from './torrents/session-settings.ts'
import { torrentOperations } from './torrents/torrent-operations.ts'

export interface OpenNodeOptions {
  /** Folder of the catalogue; made where it is missing. */
  readonly dataDir: string
  /** Download folder of a fresh node. */
  readonly directory: string
  /** Settings that are decided where the node is started. */
  readonly fixed: SettingsChange
  readonly allowedDirectories: readonly string[]
  readonly log: Log
  readonly logEntries: LogEntries
  /** Address to accept peers at. Default: all. */
  readonly peerHost?: string
  onStop(): void
}

export interface OpenNode extends RunningNode {
  readonly core: NodeCore
  /** Records everything, closes everything. Safe to call twice. */
  close(): Promise<void>
}

/** Rejects with a Failure or ShoalError: another node in the same data folder (`in-use`), a damaged catalogue, a port that is taken … */
export async function openNode(options: OpenNodeOptions): Promise<OpenNode> {
  await makeFolder(options.dataDir)
  const closers: (() => Promise<unknown> | unknown)[] = []
  try {
    return await open(options, closers)
  } catch (error) {
    await closeAll(closers)
    throw error
  }
}

async function open(options: OpenNodeOptions, closers: (() => unknown)[]): Promise<OpenNode> {
  const { log, logEntries, allowedDirectories, onStop } = options
  const catalogue = await Catalogue.open(join(options.dataDir, 'catalogue.db'))
  closers.push(() => catalogue.close())
  const rows = {
    get: (section: string) => catalogue.settings.get(section),
    set: (section: string, value: unknown) => catalogue.settings.set(section, value),
    together: (work: () => void) => catalogue.transaction(work),
  }
  const keeper = new SettingsStore(rows, { directory: options.directory, fixed: options.fixed })
  await makeFolder(keeper.current.downloads.directory)
  let onRecord = () => {}
  const session = await Session.open({
    ...sessionOptions(keeper.current),
    resumeStore: catalogue.resumeStore(() => onRecord()),
    userAgent: `Shoal/${VERSION}`,
    ...(options.peerHost !== undefined && { host: options.peerHost }),
  })
  closers.push(() => session.close())
  for (const problem of session.problems) log.warn(problem)
  const protocols = nodeProtocols(() => core, log)
  const core: NodeCore = new NodeCore({
    dataDir: options.dataDir,
    catalogue,
    session,
    keeper,
    log,
    logEntries,
    allowedDirectories,
    protocols,
    onStop,
  })
  onRecord = () => core.traffic.keepUp(session.transferred, Date.now())
  const search = startNodeSearch(core)
  closers.push(() => search.close())
  core.restore(api => ({ ...freshRow(api, core.registry), paused: api.stats.state === 'paused' }))
  applyToSession(core)
  await core.countries.open(keeper.current.privacy.countryDatabase).catch(error => log.warn(error.message))
  await core.uploads.tidy()
  const pulse = new Pulse(core)
  pulse.start()
  closers.push(
    () => pulse.close(),
    () => core.events.close(),
    () => core.previews.close(),
    () => core.uploads.close(),
    () => core.removals.close(),
    () => core.jobs.close(),
    () => core.works.close(),
  )
  core.removals.start()
  await core.queue.apply()
  const own = { ...torrentOperations(core), ...nodeOperations(core) }
  await core.works.goOn()
  const automation = startNodeAutomation(core, own)
  closers.push(() => automation.close())
  const operations: NodeOperations = { ...own, ...automation.feeds }
  let closing: Promise<void> | null = null
  return {
    core,
    operations,
    events: core.events,
    files: nodeFiles(core),
    log,
    startedMs: core.startedMs,
    close() {
      closing ??= closeAll(closers)
      return closing
    },
  }
}

/** What was opened last is closed first; a fault in one does not keep the others from closing. */
async function closeAll(closers: (() => unknown)[]): Promise<void> {
  const errors: unknown[] = []
  while (closers.length > 0) {
    try {
      await closers.pop()!()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch(error => {
    throw fileFailure(error, path)
  })
}
