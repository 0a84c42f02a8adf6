import {
  type Access,
  ApiError,
  type CallOptions,
  type NodeApi,
  type NodeEvent,
  OPERATIONS,
  type OperationName,
} from '@shoal/api'
import type { EventChannel, EventSink, NodeLink, PutOptions } from '../../shared/node/link.ts'
import { mockContent } from './files.ts'
import { nodeOperations, publicUpload } from './node-operations.ts'
import { torrentOperations, wait } from './torrent-operations.ts'
import { MockWorld } from './world.ts'

export interface MockOptions {
  /** `calm`: two dozen torrents. `busy`: many that all move. `fresh`: a node that was never used. */
  readonly traffic: 'calm' | 'busy' | 'fresh'
  readonly torrents: number
  /** Asks for a password, which is `shoal`. */
  readonly locked: boolean
  /** The node goes away after so many seconds, for ten; null: never. */
  readonly dropAfterSeconds: number | null
}

const MOST_TORRENTS = 20_000

/** Options in an address: `?mock=busy&torrents=5000&locked&drop=5`. */
export function mockOptions(query: URLSearchParams): MockOptions {
  const asked = query.get('mock')
  const traffic = asked === 'busy' || asked === 'fresh' ? asked : 'calm'
  const usual = { calm: 24, busy: 5000, fresh: 0 }[traffic]
  const torrents = Number(query.get('torrents') ?? usual)
  const drop = query.get('drop')
  return {
    traffic,
    torrents: Number.isFinite(torrents) ? Math.max(0, Math.min(MOST_TORRENTS, torrents)) : usual,
    locked: query.has('locked'),
    dropAfterSeconds: drop === null ? null : Number(drop),
  }
}

const TICK_MS = 1000
/** Of a tick, a part so often. */
const PART_MS = 50
const AWAY_MS = 10_000

/** A node that runs in this page. Calls are checked as the real one checks them. */
export function mockLink(options: MockOptions): NodeLink & { readonly world: MockWorld; close(): void } {
  const world = new MockWorld({
    torrents: options.torrents,
    busy: options.traffic === 'busy',
    fresh: options.traffic === 'fresh',
  })
  const gate = newGate(options)
  const stopClock = startClock(world)
  const channels = new Set<() => void>()
  if (options.dropAfterSeconds !== null)
    setTimeout(() => gate.leave(channels), options.dropAfterSeconds * 1000)
  return {
    world,
    simulated: true,
    api: mockApi(world, gate),
    openEvents: (topics, sink) => openEvents(world, gate, channels, topics, sink),
    putFile: (upload, path, body, how) => putFile(world, upload, path, body, how),
    urlOf: contentUrls(),
    close: stopClock,
  }
}

function startClock(world: MockWorld): () => void {
  let work: Iterator<void> | null = null
  let rounds = 0
  const timer = setInterval(() => {
    if (++rounds % (TICK_MS / PART_MS) === 0) work ??= world.ticking(TICK_MS / 1000)
    if (work?.next().done) work = null
  }, PART_MS)
  return () => clearInterval(timer)
}

type Gate = ReturnType<typeof newGate>

function newGate({ locked }: MockOptions) {
  let open = !locked
  let away = false
  return {
    isAway: () => away,
    isOpen: () => open,
    setOpen: (value: boolean) => {
      open = value
    },
    leave(channels: Set<() => void>) {
      away = true
      for (const lose of [...channels]) lose()
      setTimeout(() => {
        away = false
      }, AWAY_MS)
    },
  }
}

function mockApi(
  world: MockWorld,
  gate: Gate = newGate({ traffic: 'calm', torrents: 0, locked: false, dropAfterSeconds: null }),
): NodeApi {
  const operations = {
    ...torrentOperations(world),
    ...nodeOperations(world),
    ...accessOperations(gate),
  } as unknown as Record<OperationName, (input: unknown, options: CallOptions) => Promise<unknown>>
  const call =
    (name: OperationName) =>
    async (input: unknown, { signal }: CallOptions = {}) => {
      await wait(name === 'listTorrents' ? 0 : 15, signal)
      if (gate.isAway()) throw new ApiError('unreachable', 'The node does not answer.')
      if (!gate.isOpen() && name !== 'getAccess' && name !== 'login')
        throw new ApiError('unauthorized', 'Log in first.', { status: 401 })
      const checked = OPERATIONS[name].input.safeParse(input)
      if (!checked.success) {
        const [issue] = checked.error.issues
        throw new ApiError('bad-request', issue!.message, { status: 400, field: issue!.path.join('.') })
      }
      return operations[name](checked.data, signal ? { signal } : {})
    }
  return Object.fromEntries(
    (Object.keys(OPERATIONS) as OperationName[]).map(name => [name, call(name)]),
  ) as unknown as NodeApi
}

function accessOperations(gate: Gate) {
  const access = (): Access => ({
    username: gate.isOpen() ? 'shoal' : null,
    by: gate.isOpen() ? 'session' : 'none',
    password: true,
  })
  return {
    getAccess: async () => access(),
    async login({ password }: { password: string }) {
      if (password !== 'shoal')
        throw new ApiError('wrong-password', 'The user name or the password is wrong.', {
          status: 401,
          field: 'password',
        })
      gate.setOpen(true)
      return access()
    },
    async logout() {
      gate.setOpen(false)
      return access()
    },
  }
}

function openEvents(
  world: MockWorld,
  gate: Gate,
  channels: Set<() => void>,
  topics: readonly string[],
  sink: EventSink,
): EventChannel {
  const wanted = new Set(topics)
  const usual = new Set(['torrents', 'stats', 'job', 'labels', 'settings', 'feeds', 'resync'])
  const stop = world.on(event => {
    if (usual.has(event.type) || (event.type === 'log' && wanted.has('log')))
      // What is told of torrents is a copy, and large.
      sink.received(event.type === 'torrents' ? event : structuredClone(event))
    if (event.type === 'stats')
      for (const topic of wanted) if (topic.startsWith('torrent:')) tellTorrent(world, topic.slice(8), sink)
  })
  const lose = () => {
    end()
    sink.lost()
  }
  const end = () => {
    stop()
    channels.delete(lose)
  }
  channels.add(lose)
  setTimeout(() => {
    if (!channels.has(lose)) return
    if (gate.isAway()) lose()
    else sink.received({ type: 'hello', revision: world.revision, startedMs: world.startedMs })
  }, 10)
  return {
    send({ subscribe = [], unsubscribe = [] }) {
      for (const topic of subscribe) wanted.add(topic)
      for (const topic of unsubscribe) wanted.delete(topic)
    },
    close: end,
  }
}

function tellTorrent(world: MockWorld, id: string, sink: EventSink): void {
  const torrent = world.torrents.get(id)
  if (!torrent) return
  const event: NodeEvent = { type: 'torrent', id, peers: torrent.peers(), trackers: torrent.trackers() }
  if (torrent.row.state === 'downloading' || torrent.row.state === 'checking') {
    event.pieces = torrent.pieceMap()
    event.files = torrent
      .listFiles()
      .map(({ index, haveBytes, priority }) => ({ index, haveBytes, priority }))
  }
  sink.received(structuredClone(event))
}

const SEND_BYTES_PER_SECOND = 40e6

async function putFile(
  world: MockWorld,
  upload: string,
  path: string,
  body: Blob,
  { signal, onProgress }: PutOptions,
) {
  const steps = Math.max(2, Math.min(40, Math.ceil(body.size / SEND_BYTES_PER_SECOND / 0.1)))
  for (let step = 1; step <= steps; step++) {
    await wait(60, signal)
    onProgress?.(Math.round((body.size * step) / steps))
  }
  const found = world.uploads.get(upload)
  if (!found)
    throw new ApiError('not-found', 'This upload is not here (any more).', { status: 404, field: 'id' })
  found.files.set(path, body.size)
  return publicUpload(world, upload)
}

function contentUrls(): (href: string) => string {
  const urls = new Map<string, string>()
  return href => {
    const path = decodeURIComponent(href)
    const known = urls.get(path)
    if (known) return known
    const content = mockContent(path)
    if (!content) return href
    const url = URL.createObjectURL(content)
    urls.set(path, url)
    return url
  }
}
