/** Operations about the node itself: labels, jobs, uploads, settings, statistics. */
import type { FeedOperations, NodeOperations, TorrentOperations } from '@shoal/api'
import { Failure } from '../../base/failure.ts'
import { VERSION } from '../../base/version.ts'
import type { NodeCore } from '../legacy/node-core.ts'
import { nodeInfo, nodeStats, problemsOf } from './node-stats.ts'

export function nodeOperations(
  core: NodeCore,
): Omit<NodeOperations, keyof (TorrentOperations & FeedOperations)> {
  const { catalogue, jobs, uploads, keeper } = core
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
    listLabels: async () => core.labels.list(),
    putLabel: async ({ name, ...change }) => core.labels.put(name, change),
    removeLabel: async ({ name }) => {
      core.labels.remove(name)
      return {}
    },
    createTorrent: async ({ path, ...options }) =>
      core.works.create(await core.folders.allowContent(path), options),
    listJobs: async () => ({ items: jobs.list() }),
    getJob: async ({ id }) => jobs.get(id),
    cancelJob: async ({ id }) => jobs.cancel(id),
    createUpload: async ({ name }) => uploads.create(name),
    getUpload: async ({ id }) => uploads.get(id),
    shareUpload: async ({ id, ...options }) => core.works.create(await uploads.finish(id), options),
    cancelUpload: async ({ id }) => {
      await uploads.cancel(id)
      return {}
    },
    getSettings: async () => keeper.current,
    changeSettings: async change => keeper.change(change),
    getNode: async () => nodeInfo(core),
    getStats: async () => nodeStats(core),
    getHistory: async ({ range }) => core.traffic.history(range, Date.now()),
    listProtocols: async () => ({ items: core.protocols.manager.describe() }),
    listFolders: async ({ path }) => core.folders.list(path),
    listLog: async query => ({ items: core.logEntries.list(query) }),
    getHealth: async () => {
      const problems = problemsOf(core)
      return { status: problems.length > 0 ? 'degraded' : 'ok', version: VERSION, problems }
    },
    stopNode: async () => {
      // After the answer is on its way.
      setImmediate(() => core.onStop())
      return {}
    },
    search: async query => core.search(query),
  }
}
