/**
 * Operations on the node itself: jobs, settings, folders and the log, and its statistics once a
 * second.
 */
import type { Implemented, LogEntry, NodeInfo, NodeStats, SYSTEM } from '@shoal/api'
import { diskSpace } from '@shoal/daemon/files'
import { type Family, gauge } from '@shoal/daemon/metrics'
import { VERSION } from '../../base/version.ts'
import type { Assembled } from '../kernel/assemble.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { shownSettings } from '../kernel/proxy-secret.ts'
import { isOtherRoute } from '../kernel/route.ts'
import { ENGINE } from '../torrents/service.ts'
import { takenPeerPort } from '../torrents/session-settings.ts'

/** Maximum number of log entries sent per second; the rest can be requested. */
const MOST_LOGGED = 500

export interface System {
  readonly operations: Implemented<typeof SYSTEM>
  metrics(): Promise<Family[]>
  close(): void
}

export function startSystem(kernel: Kernel, node: Assembled): System {
  const { jobs, settings, folders, log, logEntries } = kernel
  const stops = [tellLog(kernel), tellStats(kernel, () => nodeStats(kernel, node))]
  return {
    operations: {
      listJobs: async () => ({ items: jobs.list() }),
      getJob: async ({ id }) => jobs.get(id),
      cancelJob: async ({ id }) => jobs.cancel(id),
      getSettings: async () => shownSettings(settings.current),
      async changeSettings(change) {
        const before = settings.current
        const now = await settings.change(change)
        if (isOtherRoute(now, before)) {
          log.info('the way to the network changes: the node restarts')
          await kernel.restart()
        }
        return shownSettings(now)
      },
      getNode: async () => nodeInfo(kernel, node),
      getStats: async () => nodeStats(kernel, node),
      listFolders: async ({ path }) => folders.list(path),
      listLog: async query => ({ items: logEntries.list(query) }),
      getHealth: async () => {
        const problems = node.health()
        return { status: problems.length > 0 ? 'degraded' : 'ok', version: VERSION, problems }
      },
      stopNode: async () => {
        // After the response has been sent.
        setImmediate(() => kernel.stop())
        return {}
      },
      async restartNode() {
        await kernel.restart()
        return {}
      },
    },
    metrics: () => systemMetrics(kernel),
    close() {
      for (const stop of stops) stop()
    },
  }
}

function nodeInfo({ startedMs, settings, folders }: Kernel, node: Assembled): NodeInfo {
  const port = node.want(ENGINE)?.port ?? 0
  return {
    version: VERSION,
    apiVersion: 1,
    startedMs,
    directory: settings.current.downloads.directory,
    allowedDirectories: [...folders.roots],
    peerPort: port,
    takenPeerPort: takenPeerPort(settings.current, port),
    platform: `${process.platform} ${process.arch}, Node ${process.versions.node}`,
    fixedSettings: settings.fixed,
    capabilities: [...node.names],
  }
}

async function nodeStats({ startedMs, limits, folders, room }: Kernel, node: Assembled): Promise<NodeStats> {
  const none = { downloadedBytes: 0, uploadedBytes: 0 }
  return {
    ...{ downloadBytesPerSecond: 0, uploadBytesPerSecond: 0, session: none, allTime: none },
    ...{ torrents: {}, connections: {}, dhtNodes: null },
    indexing: { waiting: 0, indexed: 0 },
    ...(await node.stats()),
    disk: await disks(folders.ownRoots),
    limits: limits.now,
    atMs: Date.now(),
    lacksBytes: room.lacksBytes,
    memoryBytes: process.memoryUsage.rss(),
    uptimeSeconds: uptimeSeconds(startedMs),
  }
}

function uptimeSeconds(startedMs: number): number {
  return Math.round((Date.now() - startedMs) / 1000)
}

async function systemMetrics({ startedMs, folders }: Kernel): Promise<Family[]> {
  const found = await disks(folders.ownRoots)
  const samples = (pick: 'freeBytes' | 'totalBytes') =>
    found.map(disk => ({ labels: { directory: disk.directory }, value: disk[pick] }))
  return [
    gauge('uptime_seconds', 'How long the node has been running.', uptimeSeconds(startedMs)),
    gauge('disk_free_bytes', 'Free space where downloads go.', samples('freeBytes')),
    gauge('disk_size_bytes', 'Size of the file system where downloads go.', samples('totalBytes')),
  ]
}

/** Each file system once, in the order of the folders. */
async function disks(directories: readonly string[]): Promise<NodeStats['disk']> {
  const found: NodeStats['disk'] = []
  for (const directory of directories) {
    const space = await diskSpace(directory).catch(() => null)
    if (!space) continue
    const { freeBytes, totalBytes } = space
    const isKnown = found.some(disk => disk.freeBytes === freeBytes && disk.totalBytes === totalBytes)
    if (!isKnown) found.push({ directory, ...space })
  }
  return found
}

function tellLog({ events, logEntries, ticker }: Kernel): () => void {
  let entries: LogEntry[] = []
  const unsubscribe = logEntries.subscribe(entry => {
    if (events.hasListeners('log') && entries.length < MOST_LOGGED) entries.push(entry)
  })
  const stop = ticker.every('the log', () => {
    if (entries.length === 0) return
    const told = entries
    entries = []
    events.publish('log', { type: 'log', entries: told })
  })
  return () => {
    unsubscribe()
    stop()
  }
}

function tellStats({ events, ticker }: Kernel, stats: () => Promise<NodeStats>): () => void {
  let isTelling = false
  return ticker.every('statistics', () => {
    if (isTelling || !events.hasListeners('stats')) return
    isTelling = true
    stats()
      .then(now => events.publish('stats', { type: 'stats', stats: now }))
      .catch(() => {})
      .finally(() => {
        isTelling = false
      })
  })
}
