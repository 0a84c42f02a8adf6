import type { TORRENTS } from '../../contracts/torrents.ts'
import type { CheckedInputOf, Implemented } from '../../operations.ts'
import type { IpFilterStatus } from '../../schemas/peer.ts'
import type { PeerReach } from '../../schemas/peer-reach.ts'
import type { Torrent } from '../../schemas/torrent.ts'
import { hasTracker, isInState } from '../../torrent-reasons.ts'
import { historyOf, pastHour, sampleHistory } from './history.ts'
import { sharesOf } from './peers.ts'
import { found, given, pageOf, refusal } from './refusals.ts'
import type { SimulatedTorrent } from './simulated-torrent.ts'
import type { SimulatedState } from './state.ts'

const UNDO_SECONDS = 10

export function torrents(state: SimulatedState): Implemented<typeof TORRENTS> {
  const find = (id: string) => found(state.torrents, id, 'torrent')
  const changed = (torrent: SimulatedTorrent) => {
    state.touch(torrent.row.id)
    state.flush()
    return torrent.detail()
  }
  const fileOf = (torrent: SimulatedTorrent, index: number, field: string) => {
    if (index >= torrent.files.length) throw refusal('not-found', `There is no file ${index}.`, field)
  }
  return {
    async listTorrents(input) {
      const { sort, order, cursor, limit } = input
      const rows = [...state.torrents.values()].map(({ row }) => row).filter(row => fits(row, input))
      rows.sort((a, b) => compare(a[sort], b[sort]) * (order === 'descending' ? -1 : 1))
      const page = pageOf(rows, cursor, limit)
      return { ...page, items: page.items.map(row => ({ ...row })), revision: state.revision }
    },
    async actOnTorrents({ ids, action }) {
      const done = act(state, ids === 'all' ? [...state.torrents.keys()] : ids, action)
      state.flush()
      return action.startsWith('remove') ? { ids: done, undoSeconds: UNDO_SECONDS } : { ids: done }
    },
    listRemoved: async () => ({
      items: [...state.removed.values()].map(({ row: { id, infoHashV1, infoHashV2, name } }) => ({
        id,
        infoHashV1,
        infoHashV2,
        name,
      })),
    }),
    getTorrent: async ({ id }) => find(id).detail(),
    async updateTorrent({
      id,
      name,
      label,
      tags,
      sequential,
      superSeeding,
      firstLastFirst,
      queuePosition,
      ...options
    }) {
      const torrent = find(id)
      Object.assign(torrent.options, given(options))
      Object.assign(torrent.row, given({ name, label, tags, sequential, superSeeding, firstLastFirst }))
      if (sequential !== undefined) torrent.orderChanged()
      if (queuePosition !== undefined) {
        const others = state.queued().filter(each => each !== torrent)
        others.splice(queuePosition - 1, 0, torrent)
        state.queue(others)
      }
      return changed(torrent)
    },
    async updateTorrents({
      ids,
      label,
      tags,
      addTags = [],
      removeTags = [],
      sequential,
      superSeeding,
      firstLastFirst,
      ...options
    }) {
      const all = ids === 'all' ? [...state.torrents.keys()] : ids
      for (const torrent of all.map(find)) {
        const kept = [...new Set([...(tags ?? torrent.row.tags), ...addTags])]
        Object.assign(torrent.options, given(options))
        Object.assign(torrent.row, given({ label, sequential, superSeeding, firstLastFirst }))
        torrent.row.tags = kept.filter(tag => !removeTags.includes(tag))
        if (sequential !== undefined) torrent.orderChanged()
        changed(torrent)
      }
      return { ids: [...all] }
    },
    async moveTorrent({ id, directory }) {
      const torrent = find(id)
      const before = torrent.row.state
      torrent.row.state = 'moving'
      changed(torrent)
      const bytes = Math.max(1, torrent.row.haveBytes)
      return state.startJob(
        {
          kind: 'move',
          name: torrent.row.name,
          totalBytes: bytes,
          bytesPerSecond: Math.max(220e6, bytes / 8),
        },
        job => {
          torrent.row.directory = directory
          torrent.row.state = before
          Object.assign(job, { torrent: id, path: directory })
          state.touch(id)
        },
      )
    },
    getPieces: async ({ id }) => find(id).pieceMap(),
    async getTorrentHistory({ id }) {
      const { row } = find(id)
      const { stepSeconds, points } = historyOf('hour', pastHour(row, state.clock.nowMs(), id))
      return { stepSeconds, points: points.filter(({ atMs }) => atMs >= row.addedMs) }
    },
    listFiles: async ({ id, cursor, limit }) => pageOf(find(id).listFiles(), cursor, limit),
    async setPriority({ id, indexes, priority }) {
      const torrent = find(id)
      if (indexes !== 'all') for (const index of indexes) fileOf(torrent, index, 'indexes')
      torrent.setPriority(indexes, priority, state.clock.nowMs())
      changed(torrent)
      return {}
    },
    async renameFile({ id, index, path }) {
      fileOf(find(id), index, 'index')
      find(id).names.set(index, path)
      return {}
    },
    listPeers: async ({ id }) => ({
      items: find(id)
        .peers()
        .map(peer => ({ ...peer })),
    }),
    listSources: async ({ id }) => ({ items: sharesOf(find(id).peers()) }),
    async addPeers({ id, addresses }) {
      const wrong = addresses.findIndex(address => !/^.+:\d{1,5}$/.test(address))
      if (wrong >= 0) throw refusal('bad-request', 'An address is host:port.', `addresses.${wrong}`)
      state.note('info', `Connecting to ${addresses.join(', ')}`, find(id).row.id)
      return {}
    },
    listTrackers: async ({ id }) => ({ items: find(id).trackers() }),
    async setTrackers({ id, tiers }) {
      find(id).tiers = tiers
      find(id).row.trackerHosts = [...new Set(tiers.flat().flatMap(url => URL.parse(url)?.hostname ?? []))]
      state.touch(id)
      return { items: find(id).trackers() }
    },
    async setWebSeeds({ id, urls }) {
      find(id).webSeeds = urls
      return {}
    },
    async listLabels() {
      const tags = new Set([...state.torrents.values()].flatMap(({ row }) => row.tags))
      return { items: state.countedLabels(), tags: [...tags].sort() }
    },
    async putLabel({ name, ...change }) {
      const before = state.labels.get(name) ?? { name, directory: null, colour: null }
      state.labels.set(name, { ...before, ...given(change) })
      state.tellLabels()
      return state.countedLabels().find(label => label.name === name)!
    },
    async removeLabel({ name }) {
      found(state.labels, name, 'label', 'name')
      state.labels.delete(name)
      for (const { row } of state.torrents.values()) {
        if (row.label !== name) continue
        row.label = null
        state.touch(row.id)
      }
      state.flush()
      state.tellLabels()
      return {}
    },
    getPeerReach: async () => peerReachOf(state),
    getIpFilter: async () => ipFilterOf(state),
    reloadIpFilter: async () => ipFilterOf(state),
    listKnownPeers: async ({ cursor, limit }) => pageOf([], cursor, limit),
    getHistory: async ({ range }) =>
      state.isFresh || range === 'hour'
        ? historyOf(range, state.minutes)
        : sampleHistory(range, state.clock.nowMs()),
  }
}

/** A node whose router opened the port. */
function peerReachOf({ settings, clock }: SimulatedState): PeerReach {
  const { port, portMapping } = settings.network
  const mapping = {
    transport: 'tcp',
    router: '192.168.1.1',
    method: 'pcp',
    internalAddress: '192.168.1.5',
    internalPort: port,
    externalAddress: '203.0.113.7',
    externalPort: port,
    expiresMs: clock.nowMs() + 3_600_000,
    problem: null,
  } as const
  const verdict = { state: 'unknown', reason: portMapping ? 'mapped' : 'not-asked' } as const
  return {
    ...verdict,
    port,
    network: settings.shoal.enabled ? { port: settings.shoal.port, reachable: true } : null,
    ipv4: { ...verdict, address: '203.0.113.7', port, arrivals: [] },
    ipv6: { state: 'unreachable', reason: 'no-address', address: null, port, arrivals: [] },
    mappings: portMapping ? [mapping] : [],
  }
}

function ipFilterOf({ settings, startedMs }: SimulatedState): IpFilterStatus {
  const { ipFilter: path } = settings.privacy
  const counts = path === null ? { rules: 0, ranges: 0 } : { rules: 218_412, ranges: 204_377 }
  const loadedMs = path === null ? null : startedMs
  return { path, ...counts, badLines: 0, firstBadLines: [], loadedMs, error: null, blockedPeers: 0 }
}

function fits(row: Torrent, { state, label, tag, tracker, text }: CheckedInputOf<'listTorrents'>): boolean {
  if (label !== undefined && (row.label ?? '') !== label) return false
  if (tag !== undefined && !row.tags.includes(tag)) return false
  if (text !== undefined && !row.name.toLowerCase().includes(text.toLowerCase())) return false
  if (tracker !== undefined && !hasTracker(row, tracker)) return false
  return state === undefined || isInState(row, state)
}

function compare(a: string | number | null, b: string | number | null): number {
  const [left, right] = [a ?? '', b ?? '']
  return left < right ? -1 : left > right ? 1 : 0
}

function act(
  state: SimulatedState,
  ids: readonly string[],
  action: CheckedInputOf<'actOnTorrents'>['action'],
): string[] {
  if (action === 'restore') return ids.filter(id => restore(state, id))
  const torrents = ids.flatMap(id => state.torrents.get(id) ?? [])
  if (action.startsWith('queue-')) reorder(state, torrents, action)
  for (const torrent of torrents) {
    if (action === 'pause') torrent.pause()
    else if (action === 'resume' || action === 'start') torrent.resume()
    else if (action === 'recheck') torrent.recheck()
    else if (action.startsWith('remove')) {
      state.removed.set(torrent.row.id, torrent)
      state.take(torrent.row.id)
    }
    state.touch(torrent.row.id)
  }
  return torrents.map(({ row }) => row.id)
}

function restore(state: SimulatedState, id: string): boolean {
  const torrent = state.removed.get(id)
  if (!torrent) return false
  state.removed.delete(id)
  state.add(torrent)
  return true
}

function reorder(state: SimulatedState, chosen: SimulatedTorrent[], action: string): void {
  const set = new Set(chosen)
  const all = state.queued()
  const those = all.filter(torrent => set.has(torrent))
  const others = all.filter(torrent => !set.has(torrent))
  if (action === 'queue-first') return state.queue([...those, ...others])
  if (action === 'queue-last') return state.queue([...others, ...those])
  const step = action === 'queue-up' ? -1 : 1
  const first = Math.max(0, Math.min(others.length, all.indexOf(those[0]!) + step))
  state.queue([...others.slice(0, first), ...those, ...others.slice(first)])
}
