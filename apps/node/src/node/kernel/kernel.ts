/** The kernel: passed to every capability of a node, independent of all of them. */
import type { SettingsChange } from '@shoal/api'
import { closeAll } from '@shoal/daemon/capability'
import { backUpDaily, Database, listBackups, type TableOwner } from '@shoal/daemon/database'
import { describeFailure, Failure } from '@shoal/daemon/failure'
import { freeBytes, openWritable } from '@shoal/daemon/files'
import { Vault } from '@shoal/daemon/vault'
import { type Clock, systemClock } from '@shoal/torrent'
import type { Route } from '@shoal/torrent/route'
import { cataloguePath } from '../../base/files/places.ts'
import { CATALOGUE } from './database/catalogue-kind.ts'
import { EventHub } from './event-hub.ts'
import { Folders } from './folders.ts'
import { FreeRoom } from './free-room.ts'
import { JobStore } from './job-store.ts'
import { Jobs } from './jobs.ts'
import { RateLimits } from './limits.ts'
import type { Log } from './log/log.ts'
import type { LogEntries } from './log/log-entries.ts'
import { Problems } from './problems.ts'
import { hasPassword, isSealed, withSealedProxy } from './proxy-secret.ts'
import { Reach } from './reach.ts'
import { checkRoute, openNodeRoute } from './route.ts'
import { type SettingRows, SettingStore } from './setting-store.ts'
import { SettingsStore } from './settings-store.ts'
import { Ticker } from './ticker.ts'

export interface KernelOptions {
  /** Folder of the catalogue; created if it is missing. */
  readonly dataDir: string
  /** Download folder of a new node. */
  readonly directory: string
  /** Settings that are fixed at startup. */
  readonly fixed: SettingsChange
  /** Folders that are allowed in addition to those of the capabilities. */
  readonly allowedDirectories: readonly string[]
  readonly log: Log
  readonly logEntries: LogEntries
  /** Owners of the tables in the database. */
  readonly tables: readonly TableOwner[]
  /** Address for incoming peers. Default: all. */
  readonly peerHost?: string
  /** The user's home folder. Default: the system's. */
  readonly home?: string
  onStop(): void
  /** Default: rejects with `unsupported`. */
  onRestart?(): Promise<void>
}

export interface Kernel extends Pick<KernelOptions, 'dataDir' | 'log' | 'logEntries' | 'peerHost'> {
  /** Milliseconds since the Unix epoch. */
  readonly startedMs: number
  readonly clock: Clock
  readonly database: Database
  readonly settings: SettingsStore
  readonly events: EventHub
  readonly jobs: Jobs
  readonly folders: Folders
  readonly problems: Problems
  readonly ticker: Ticker
  readonly limits: RateLimits
  readonly reach: Reach
  readonly room: FreeRoom
  /**
   * Route of all requests to other machines: through a proxy or an interface. Null: the system's
   * default.
   */
  readonly route: Route | null
  /** Requests the program to exit. */
  stop(): void
  /**
   * Closes the node, then restarts it in the same process with the settings at that time. Resolves
   * once it is closed and no longer sends anything to the network.
   */
  restart(): Promise<void>
}

export interface OpenKernel extends Kernel {
  /** Closes the kernel. Call it when the capabilities are closed. */
  close(): Promise<void>
}

/**
 * Rejects with a Failure: `in-use` if another node uses the data folder, `damaged`,
 * `newer-version`, `no-permission` …
 */
export async function openKernel(options: KernelOptions): Promise<OpenKernel> {
  const {
    tables,
    dataDir,
    directory,
    fixed,
    allowedDirectories,
    log,
    logEntries,
    peerHost,
    onStop,
    onRestart = cannotRestart,
  } = options
  await openFolder(dataDir, '--data-dir')
  const path = cataloguePath(dataDir)
  const database = await Database.open(path, tables, CATALOGUE)
  try {
    const rows = new SettingStore(database)
    const vault = new Vault(dataDir)
    if (isSealed(rows.get('network'))) await vault.prepare()
    const plain: SettingRows = {
      get: section => rows.get(section),
      set: (section, value) => rows.set(section, value),
      together: work => database.transaction(work),
    }
    const settings = new SettingsStore(withSealedProxy(plain, vault), { directory, fixed })
    settings.onApply(async ({ network: { proxy } }) => {
      if (hasPassword(proxy)) await vault.prepare()
    })
    await openFolder(settings.current.downloads.directory, '--dir')
    const events = new EventHub()
    const problems = new Problems(log)
    const folders = new Folders([dataDir], allowedDirectories, options.home)
    const endBackups = backUpDaily({
      clock: systemClock,
      name: 'the catalogue',
      lastMs: listBackups(path)[0]?.takenMs ?? null,
      write: nowMs => database.backUp(nowMs),
      tell: problem => problems.tell('backups', problem),
    })
    const route = openNodeRoute(settings.current)
    settings.onCheck(checkRoute)
    const ticker = new Ticker(problems)
    let isFull = false
    const room = new FreeRoom({
      database,
      folder: dataDir,
      freeBytes: () => freeBytes(dataDir),
      tell(problem) {
        // The missing amount can change every second.
        if (problem !== null && !isFull) log.warn(problem)
        isFull = problem !== null
        problems.set('free space', problem)
      },
    })
    await room.look()
    const stopLooking = ticker.every('the free space', () => void room.look().catch(() => {}))
    room.onReturned(() => log.info(`the disk of ${dataDir} has room again: changes are saved`))
    const kernel: OpenKernel = {
      ...{ dataDir, log, logEntries, database, settings, events, problems, folders, route },
      ...(peerHost !== undefined && { peerHost }),
      startedMs: Date.now(),
      clock: systemClock,
      jobs: new Jobs(new JobStore(database), job => events.publish('jobs', { type: 'job', job })),
      ticker,
      room,
      limits: new RateLimits(settings),
      reach: new Reach(settings),
      stop: onStop,
      restart: onRestart,
      async close() {
        await closeAll([
          () => kernel.jobs.close(),
          () => route?.close(),
          () => events.close(),
          stopLooking,
          endBackups,
          () => database.close(),
        ])
      },
    }
    settings.onChanged(() => events.publish('settings', { type: 'settings' }))
    return kernel
  } catch (error) {
    await database.close()
    throw error
  }
}

async function cannotRestart(): Promise<never> {
  throw new Failure('unsupported', 'this node cannot restart by itself: stop it and start it again')
}

/** Names the option by which the user can choose another folder. */
async function openFolder(path: string, option: string): Promise<void> {
  await openWritable(path).catch(error => {
    const { code, message } = describeFailure(error)
    throw new Failure(code, `${message} (${option})`, { cause: error })
  })
}
