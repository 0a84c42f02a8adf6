import {
  type Added,
  ApiError,
  type CheckedInputOf,
  type Preview,
  type Torrent,
  type TorrentOperations,
} from '@shoal/api'
import { historyOf, pastHour } from './history.ts'
import { Random, seedOf } from './random.ts'
import { MockTorrent } from './swarm.ts'
import { type Title, titleNumber } from './titles.ts'
import type { MockWorld } from './world.ts'

const UNDO_SECONDS = 10
const HASH = /^[0-9a-f]{40}$|^[0-9a-f]{64}$/i

export function torrentOperations(world: MockWorld): TorrentOperations {
  const find = (id: string): MockTorrent => {
    const found = world.torrents.get(id)
    if (found) return found
    throw new ApiError('not-found', 'This torrent is not here (any more).', { status: 404, field: 'id' })
  }
  const changed = (torrent: MockTorrent) => {
    world.touch(torrent.row.id)
    world.flush()
    return torrent.detail()
  }
  return {
    async listTorrents(input) {
      const fitting = [...world.torrents.values()].map(({ row }) => row).filter(row => fits(row, input))
      const start = Number(input.cursor ?? 0)
      const end = start + input.limit
      return {
        items: fitting.slice(start, end).map(row => ({ ...row })),
        next: end < fitting.length ? String(end) : null,
        total: fitting.length,
        revision: world.revision,
      }
    },
    async addTorrent(input) {
      return add(world, input)
    },
    async previewTorrent(input, { signal } = {}) {
      await wait(input.torrent === undefined ? 1400 : 60, signal)
      return preview(world, input)
    },
    async actOnTorrents({ ids, action }) {
      const done = act(world, ids === 'all' ? [...world.torrents.keys()] : ids, action)
      world.flush()
      return action.startsWith('remove') ? { ids: done, undoSeconds: UNDO_SECONDS } : { ids: done }
    },
    listRemoved: async () => ({ items: [...world.removed.values()].map(({ row }) => row) }),
    getTorrent: async ({ id }) => find(id).detail(),
    async updateTorrent({ id, label, tags, sequential, queuePosition, ...options }) {
      const torrent = find(id)
      Object.assign(torrent.options, given(options))
      Object.assign(torrent.row, given({ label, tags, sequential }))
      if (sequential !== undefined) torrent.orderChanged()
      if (queuePosition !== undefined) {
        const others = world.queued().filter(each => each !== torrent)
        others.splice(queuePosition - 1, 0, torrent)
        world.queue(others)
      }
      return changed(torrent)
    },
    async moveTorrent({ id, directory }) {
      const torrent = find(id)
      const before = torrent.row.state
      torrent.row.state = 'moving'
      changed(torrent)
      const bytes = Math.max(1, torrent.row.haveBytes)
      return world.startJob('move', torrent.row.name, bytes, Math.max(220e6, bytes / 8), job => {
        torrent.row.directory = directory
        torrent.row.state = before
        Object.assign(job, { torrent: id, path: directory })
        world.touch(id)
      })
    },
    getPieces: async ({ id }) => find(id).pieceMap(),
    async getTorrentHistory({ id }) {
      const { row } = find(id)
      const { stepSeconds, points } = historyOf('hour', pastHour(row, world.nowMs(), id))
      return { stepSeconds, points: points.filter(({ atMs }) => atMs >= row.addedMs) }
    },
    async listFiles({ id, cursor, limit }) {
      const files = find(id).listFiles()
      const start = Number(cursor ?? 0)
      const end = start + limit
      return {
        items: files.slice(start, end),
        next: end < files.length ? String(end) : null,
        total: files.length,
      }
    },
    async setPriority({ id, indexes, priority }) {
      find(id).setPriority(indexes, priority)
      changed(find(id))
      return {}
    },
    async renameFile({ id, index, path }) {
      find(id).names.set(index, path)
      return {}
    },
    listPeers: async ({ id }) => ({
      items: find(id)
        .peers()
        .map(peer => ({ ...peer })),
    }),
    async addPeers({ id, addresses }) {
      world.note('info', `Connecting to ${addresses.join(', ')}`, find(id).row.id)
      return {}
    },
    listTrackers: async ({ id }) => ({ items: find(id).trackers() }),
    async setTrackers({ id, tiers }) {
      find(id).tiers = tiers
      return { items: find(id).trackers() }
    },
    async setWebSeeds({ id, urls }) {
      find(id).webSeeds = urls
      return {}
    },
  }
}

function fits(row: Torrent, { state, label, tag, text }: CheckedInputOf<'listTorrents'>): boolean {
  if (label !== undefined && (row.label ?? '') !== label) return false
  if (tag !== undefined && !row.tags.includes(tag)) return false
  if (text !== undefined && !row.name.toLowerCase().includes(text.toLowerCase())) return false
  return state === undefined || row.state === state
}

const given = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

/** What a link, hash or .torrent would hold: worked out from its text, so that it is the same every time. */
function titleOf({ source, torrent }: { source?: string | undefined; torrent?: string | undefined }): {
  id: string
  title: Title
} {
  if (torrent !== undefined) {
    const bytes = atob(torrent)
    const name = /4:name(\d+):/.exec(bytes)
    if (!bytes.startsWith('d') || !name)
      throw new ApiError('bad-torrent', 'This is not a .torrent file, or it is damaged.', {
        status: 400,
        field: 'torrent',
      })
    const start = name.index + name[0].length
    const text = new TextDecoder().decode(
      Uint8Array.from(bytes.slice(start, start + Number(name[1])), each => each.charCodeAt(0)),
    )
    return {
      id: new Random(seedOf(bytes)).hex(40),
      title: { ...titleNumber(1_000 + (seedOf(text) % 9_000)), name: text, comment: '' },
    }
  }
  const text = source ?? ''
  const hash =
    /urn:btih:([0-9a-f]{40})/i.exec(text)?.[1] ??
    (HASH.test(text) ? text : /^baf5rei/.test(text) ? new Random(seedOf(text)).hex(40) : undefined)
  const url = /^(https?|ftp):\/\//.test(text)
  if (!hash && !url && !text.startsWith('/'))
    throw new ApiError(
      'unknown-identifier',
      'This is nothing that the node understands: magnet:?xt=…, an info hash (40 or 64 hex digits), a content ID (baf…), http(s):// or ftp://',
      { status: 400, field: 'source' },
    )
  const title = titleNumber(1_000 + (seedOf(hash ?? text) % 9_000))
  const name = new URLSearchParams(text.slice(text.indexOf('?') + 1)).get('dn')
  const known = name ? { ...title, name, files: renamed(title, name) } : title
  return { id: (hash ?? new Random(seedOf(text)).hex(40)).toLowerCase(), title: known }
}

const renamed = (title: Title, name: string) => (random: Random) =>
  title.files(random).map(file => ({ ...file, path: file.path.replaceAll(title.name, () => name) }))

function preview(
  world: MockWorld,
  input: { source?: string | undefined; torrent?: string | undefined },
): Preview {
  if (plainFileIn(input.source) !== null)
    throw new ApiError('not-a-torrent', 'this is a plain file: add it, and it is downloaded as it is', {
      status: 400,
      field: 'source',
    })
  const { id, title } = titleOf(input)
  const made = new MockTorrent(title, { id, state: 'paused', progress: 0, addedMs: 0 })
  return {
    id,
    name: title.name,
    totalBytes: made.row.totalBytes!,
    private: false,
    comment: title.comment ?? null,
    version: 'hybrid',
    files: made.files.map((file, index) => ({ index, ...file })),
    trackers: made.tiers.flat(),
    known: world.torrents.has(id),
    seal: null,
  }
}

/** The name of what is at a web address, unless it is a .torrent. */
function plainFileIn(source: string | undefined): string | null {
  const name = /^(?:https?|ftp):\/\/\S+\/([^/?#]+)$/.exec(source ?? '')?.[1]
  return name === undefined || name.endsWith('.torrent') ? null : name
}

function add(world: MockWorld, input: CheckedInputOf<'addTorrent'>): Added {
  const file = plainFileIn(input.source)
  if (file !== null) {
    const job = world.startJob('download', decodeURIComponent(file), 480e6, 18e6)
    return { added: true, torrent: null, job }
  }
  const { id, title } = titleOf(input)
  const known = world.torrents.get(id)
  if (known) return { added: false, torrent: { ...known.row }, job: null }
  const paused = input.paused ?? world.settings.downloads.startPaused
  const made = new MockTorrent(title, {
    id,
    state: paused ? 'paused' : 'downloading',
    progress: 0,
    addedMs: world.nowMs(),
  })
  Object.assign(
    made.row,
    given({ label: input.label, tags: input.tags, directory: input.directory, sequential: input.sequential }),
  )
  if (input.select) made.setPriority(unwantedOf(made, input.select), 0)
  world.add(made)
  if (input.queue === 'first') world.queue([made, ...world.queued().filter(each => each !== made)])
  world.note('info', `Added ${title.name}`, id)
  if (input.peers?.length) world.note('info', `Connecting to ${input.peers.join(', ')}`, id)
  world.flush()
  return { added: true, torrent: { ...made.row }, job: null }
}

function unwantedOf(torrent: MockTorrent, select: readonly number[]): number[] {
  const wanted = new Set(select)
  return [...torrent.files.keys()].filter(index => !wanted.has(index))
}

function act(
  world: MockWorld,
  ids: readonly string[],
  action: CheckedInputOf<'actOnTorrents'>['action'],
): string[] {
  if (action === 'restore') return ids.filter(id => restore(world, id))
  const torrents = ids.flatMap(id => world.torrents.get(id) ?? [])
  if (action.startsWith('queue-')) reorder(world, torrents, action)
  for (const torrent of torrents) {
    if (action === 'pause') torrent.pause()
    else if (action === 'resume' || action === 'start') torrent.resume()
    else if (action === 'recheck') torrent.recheck()
    else if (action.startsWith('remove')) {
      world.removed.set(torrent.row.id, torrent)
      world.take(torrent.row.id)
    }
    world.touch(torrent.row.id)
  }
  return torrents.map(({ row }) => row.id)
}

function restore(world: MockWorld, id: string): boolean {
  const torrent = world.removed.get(id)
  if (!torrent) return false
  world.removed.delete(id)
  world.add(torrent)
  return true
}

function reorder(world: MockWorld, chosen: MockTorrent[], action: string): void {
  const set = new Set(chosen)
  const all = world.queued()
  const those = all.filter(torrent => set.has(torrent))
  const others = all.filter(torrent => !set.has(torrent))
  if (action === 'queue-first') return world.queue([...those, ...others])
  if (action === 'queue-last') return world.queue([...others, ...those])
  const step = action === 'queue-up' ? -1 : 1
  const first = Math.max(0, Math.min(others.length, all.indexOf(those[0]!) + step))
  world.queue([...others.slice(0, first), ...those, ...others.slice(first)])
}

export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}
