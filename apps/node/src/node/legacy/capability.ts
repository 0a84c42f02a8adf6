/** Everything of a node that is not a capability of its own yet. */
import { statfs } from 'node:fs/promises'
import {
  FEEDS,
  type NodeOperations,
  type NodeStats,
  SEARCH,
  SHARING,
  SOURCES as SOURCES_CONTRACT,
  TORRENTS as TORRENTS_CONTRACT,
} from '@shoal/api'
import { Session } from '@shoal/torrent'
import { Failure } from '../../base/failure.ts'
import { VERSION } from '../../base/version.ts'
import { capability, service } from '../kernel/capability.ts'
import { unsealAgain } from '../sealed/node-unseal.ts'
import { startNodeSearch } from '../search/node-search.ts'
import { SOURCES } from '../sources/service.ts'
import { freshRow } from '../torrents/adding.ts'
import { nodeFiles } from '../torrents/node-files.ts'
import { Pulse } from '../torrents/pulse.ts'
import { ENGINE, TORRENTS } from '../torrents/service.ts'
import { applyToSession, sessionOptions } from '../torrents/session-settings.ts'
import { torrentOperations } from '../torrents/torrent-operations.ts'
import { Catalogue } from './catalogue.ts'
import { startNodeAutomation } from './node-automation.ts'
import { NodeCore } from './node-core.ts'
import { nodeProtocols } from './node-protocols.ts'
import type { Automation } from './start-automation.ts'

/** The core itself, for what still needs all of it. */
export const CORE = service<NodeCore>('core')

const CONTRACT = {
  name: 'legacy',
  operations: {
    ...TORRENTS_CONTRACT.operations,
    ...SOURCES_CONTRACT.operations,
    ...SHARING.operations,
    ...SEARCH.operations,
    ...FEEDS.operations,
  },
} as const

export const LEGACY = capability({
  contract: CONTRACT,
  provides: { core: CORE, engine: ENGINE, torrents: TORRENTS, sources: SOURCES },
  async start(kernel) {
    const { settings, database, log } = kernel
    const catalogue = new Catalogue(database)
    let onRecord = () => {}
    const session = await Session.open({
      ...sessionOptions(settings.current),
      resumeStore: catalogue.resumeStore(() => onRecord()),
      userAgent: `Shoal/${VERSION}`,
      ...(kernel.peerHost !== undefined && { host: kernel.peerHost }),
    }).catch(async error => {
      await catalogue.index.close()
      throw error
    })
    for (const problem of session.problems) log.warn(problem)
    const core: NodeCore = new NodeCore({
      ...{ kernel, catalogue, session },
      protocols: nodeProtocols(() => core, log),
    })
    onRecord = () => core.traffic.keepUp(session.transferred, Date.now())
    const search = startNodeSearch(core)
    const pulse = new Pulse(core)
    let automation: Automation | null = null
    const feeds = () => {
      if (!automation) throw new Failure('closed', 'the node starts: try again in a moment')
      return automation.feeds
    }
    const operations = {
      ...torrentOperations(core),
      ...ownOperations(core),
      listFeeds: async () => feeds().listFeeds({}),
      addFeed: async (input: Parameters<NodeOperations['addFeed']>[0]) => feeds().addFeed(input),
      updateFeed: async (input: Parameters<NodeOperations['updateFeed']>[0]) => feeds().updateFeed(input),
      removeFeed: async (input: Parameters<NodeOperations['removeFeed']>[0]) => feeds().removeFeed(input),
      refreshFeed: async (input: Parameters<NodeOperations['refreshFeed']>[0]) => feeds().refreshFeed(input),
      listFeedItems: async (input: Parameters<NodeOperations['listFeedItems']>[0]) =>
        feeds().listFeedItems(input),
    }
    return {
      operations,
      provides: {
        core,
        engine: session,
        torrents: {
          registry: core.registry,
          list: core.list,
          records: catalogue.torrents,
          operations,
          recordId: id => core.rows.catalogueId(id),
          byRecordId: id => core.registry.find(core.rows.idOf(id) ?? ''),
          watch(watcher) {
            core.watchers.add(watcher)
            return () => core.watchers.delete(watcher)
          },
          add: (source, input) => core.addTorrent(source, input),
          labelDirectory: label => core.labels.directoryOf(label),
          countFileBytes: bytes => core.traffic.countFile(bytes),
        },
        sources: {
          add: (input, { signal } = {}) => core.add(input, signal),
          restrict: isFromOutside => void core.fromOutside.push(isFromOutside),
          onAdded: listener => void core.addedListeners.push(listener),
        },
      },
      files: nodeFiles(core),
      stats: () => stats(core),
      health: () => health(core),
      jobs: {
        create: { resume: record => core.works.createAgain(record) },
        download: { resume: record => core.works.downloadAgain(record) },
        unseal: { resume: async ({ id, detail }) => void (await unsealAgain(core, id, detail)) },
      },
      async begin() {
        core.restore(api => ({
          ...freshRow(api, core.registry),
          paused: api.stats.state === 'paused',
        }))
        applyToSession(core)
        await core.countries
          .open(settings.current.privacy.countryDatabase)
          .catch(error => log.warn(error.message))
        await core.uploads.tidy()
        pulse.start()
        core.removals.start()
        await core.queue.apply()
        automation = startNodeAutomation(core, operations)
      },
      async close() {
        await automation?.close()
        await kernel.jobs.end(['move'])
        await core.works.close()
        await core.removals.close()
        await core.uploads.close()
        await core.previews.close()
        pulse.close()
        await search.close()
        await session.close()
        await catalogue.index.close()
      },
    }
  },
})

function ownOperations(core: NodeCore) {
  const { catalogue, uploads, labels, works } = core
  return {
    listKnownPeers: async ({ cursor, limit }) => {
      const from = cursor === undefined ? 0 : Number.parseInt(cursor, 10)
      if (!(from >= 0))
        throw new Failure('bad-request', 'this is no cursor: give `next` of the page before', {
          field: 'cursor',
        })
      const items = catalogue.peers.recent(limit, from)
      const total = catalogue.peers.count()
      const end = from + items.length
      return { items, total, next: end < total && items.length > 0 ? String(end) : null }
    },
    listLabels: async () => labels.list(),
    putLabel: async ({ name, ...change }) => labels.put(name, change),
    removeLabel: async ({ name }) => {
      labels.remove(name)
      return {}
    },
    createTorrent: async ({ path, ...options }) =>
      works.create(await core.folders.allowContent(path), options),
    createUpload: async ({ name }) => uploads.create(name),
    getUpload: async ({ id }) => uploads.get(id),
    shareUpload: async ({ id, ...options }) => works.create(await uploads.finish(id), options),
    cancelUpload: async ({ id }) => {
      await uploads.cancel(id)
      return {}
    },
    getHistory: async ({ range }) => core.traffic.history(range, Date.now()),
    listProtocols: async () => ({ items: core.protocols.manager.describe() }),
    search: async query => core.search(query),
  } satisfies Partial<NodeOperations>
}

async function stats(core: NodeCore): Promise<Partial<NodeStats>> {
  const { session, traffic, list } = core
  const { stats } = session
  traffic.look(stats)
  const torrents: Record<string, number> = {}
  for (const { state } of list.views()) torrents[state] = (torrents[state] ?? 0) + 1
  return {
    downloadBytesPerSecond: Math.round(stats.downloadBytesPerSecond),
    uploadBytesPerSecond: Math.round(stats.uploadBytesPerSecond),
    session: traffic.session,
    allTime: traffic.allTime,
    torrents,
    connections: { ...stats.connections },
    dhtNodes: stats.dhtNodes,
    disk: await disks(core.directories()),
    indexing: core.indexing(),
  }
}

/** Each file system once: the download folder first, then those of labels. */
async function disks(directories: readonly (string | null)[]): Promise<NodeStats['disk']> {
  const found: NodeStats['disk'] = []
  for (const path of new Set(directories)) {
    if (path === null) continue
    const stats = await statfs(path).catch(() => null)
    if (!stats) continue
    const disk = {
      directory: path,
      freeBytes: stats.bavail * stats.bsize,
      totalBytes: stats.blocks * stats.bsize,
    }
    const isSame = (other: typeof disk) =>
      other.freeBytes === disk.freeBytes && other.totalBytes === disk.totalBytes
    if (!found.some(isSame)) found.push(disk)
  }
  return found
}

function health({ session, registry, keeper }: NodeCore): string[] {
  const problems = [...session.problems]
  const failed = [...registry.listed()].filter(({ api }) => api.stats.state === 'error')
  if (failed.length > 0)
    problems.push(
      `${failed.length} ${failed.length === 1 ? 'torrent has' : 'torrents have'} stopped: the first is ${failed[0]!.api.name}: ${failed[0]!.api.stats.error ?? 'unknown'}`,
    )
  if (session.port === 0 && keeper.current.network.port !== 0)
    problems.push(`no port is open for peers: choose another than ${keeper.current.network.port}`)
  return problems
}
