import { statfs } from 'node:fs/promises'
import { CONTRACTS, type NodeInfo, type NodeStats } from '@shoal/api'
import { VERSION } from '../../base/version.ts'
import type { NodeCore } from '../legacy/node-core.ts'

export function nodeInfo({ startedMs, keeper, folders, session }: NodeCore): NodeInfo {
  return {
    version: VERSION,
    apiVersion: 1,
    startedMs,
    directory: keeper.current.downloads.directory,
    allowedDirectories: [...folders.roots],
    peerPort: session.port,
    platform: `${process.platform} ${process.arch}, Node ${process.versions.node}`,
    fixedSettings: keeper.fixed,
    capabilities: CONTRACTS.map(({ name }) => name),
  }
}

export async function nodeStats(core: NodeCore): Promise<NodeStats> {
  const { session, traffic, startedMs, list } = core
  const { stats } = session
  traffic.look(stats)
  const torrents: Record<string, number> = {}
  for (const { state } of list.views()) torrents[state] = (torrents[state] ?? 0) + 1
  return {
    atMs: Date.now(),
    downloadBytesPerSecond: Math.round(stats.downloadBytesPerSecond),
    uploadBytesPerSecond: Math.round(stats.uploadBytesPerSecond),
    session: traffic.session,
    allTime: traffic.allTime,
    torrents,
    connections: { ...stats.connections },
    dhtNodes: stats.dhtNodes,
    disk: await disks(core),
    memoryBytes: process.memoryUsage.rss(),
    uptimeSeconds: Math.round((Date.now() - startedMs) / 1000),
    limits: core.limitsNow(),
    indexing: core.indexing(),
  }
}

/** Each file system once: the download folder first, then those of labels. */
async function disks({ keeper, catalogue }: NodeCore): Promise<NodeStats['disk']> {
  const { directory, completeDirectory } = keeper.current.downloads
  const labels = catalogue.labels.all().map(label => label.directory)
  const found: NodeStats['disk'] = []
  for (const path of new Set([directory, completeDirectory, ...labels])) {
    if (path === null) continue
    const stats = await statfs(path).catch(() => null)
    if (!stats) continue
    const disk = {
      directory: path,
      freeBytes: stats.bavail * stats.bsize,
      totalBytes: stats.blocks * stats.bsize,
    }
    if (
      !found.some(
        ({ freeBytes, totalBytes }) => freeBytes === disk.freeBytes && totalBytes === disk.totalBytes,
      )
    )
      found.push(disk)
  }
  return found
}

/** What is wrong with the node, for `getHealth`. */
export function problemsOf({ session, registry, keeper, problems: parts }: NodeCore): string[] {
  const problems = [...session.problems, ...parts.values()]
  const failed = [...registry.listed()].filter(({ api }) => api.stats.state === 'error')
  if (failed.length > 0)
    problems.push(
      `${failed.length} ${failed.length === 1 ? 'torrent has' : 'torrents have'} stopped: the first is ${failed[0]!.api.name}: ${failed[0]!.api.stats.error ?? 'unknown'}`,
    )
  if (session.port === 0 && keeper.current.network.port !== 0)
    problems.push(`no port is open for peers: choose another than ${keeper.current.network.port}`)
  return problems
}
