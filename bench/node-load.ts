/** A node with thousands of torrents, hundreds of connected consoles, and one active user. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectNode, type NodeApi } from '@shoal/api'
import { tempDir } from '../interop/support/files.ts'
import { makeSmallTorrents } from '../interop/support/small-torrents.ts'
import { Transmission } from '../interop/support/transmission.ts'
import type { BenchOptions, Section } from './bench.ts'
import { media } from './media.ts'
import { against, megabytes, percentile } from './statistics.ts'

const WATCHERS = 200
const TORRENTS = 5000
/** Number of torrents that are constantly paused and resumed, to cause events. */
const BUSY = 50
const REQUESTS_PER_SECOND = 40
const FULL_LISTS = 20

interface Load {
  /** Response times in milliseconds, by request. */
  readonly responses: Map<string, number[]>
  /** Resident memory of the node in bytes, every ten seconds. */
  readonly residentBytes: number[]
  /** Events received by all consoles. */
  readonly events: number
  /** Milliseconds for the full list over Transmission's RPC, after the load. */
  readonly fullList: number[]
}

export async function run(options: BenchOptions): Promise<Section[]> {
  const medium = media(options.medium)[0]
  if (!medium) return []
  const torrents = options.quick ? 500 : TORRENTS
  const seconds = options.quick ? 10 : 600
  options.log(`${torrents} torrents, ${WATCHERS} consoles, ${seconds} s`)
  await using directory = await tempDir('node-load', medium.folder)
  const paths = await makeSmallTorrents(directory, torrents)
  const load = await underLoad(directory.path, paths, seconds, options)
  // Keep the measurements if the daemon cannot handle so many torrents.
  const rival = await timeTransmission(directory.path, paths).catch(error => {
    options.log(`transmission-daemon failed: ${error.message}`)
    return []
  })
  const all = [...load.responses.values()].flat()
  const resident = load.residentBytes
  // Medians, since garbage collection affects single samples.
  const third = (index: number) =>
    percentile(resident.slice((resident.length * index) / 3, (resident.length * (index + 1)) / 3), 0.5)
  const growth = third(2) / third(1)
  return [
    {
      title: `A node with ${torrents} torrents, ${WATCHERS} WebSocket clients, ${REQUESTS_PER_SECOND} requests per second for ${seconds} s; RSS ${megabytes(third(2))}, ${load.events} events received`,
      columns: ['request', 'responses', 'median', '95th percentile', 'slowest'],
      rows: [...load.responses, ['all', all] as const].map(([name, times]) => [
        name,
        String(times.length),
        ...[0.5, 0.95, 1].map(share => `${percentile(times, share).toFixed(1)} ms`),
      ]),
      runs: {
        shoal: [{ events: load.events, residentBytes: load.residentBytes, fullList: load.fullList }],
        transmission: [{ fullList: rival }],
      },
      goals: [
        against('Response time, 95th percentile', percentile(all, 0.95), 50, 'most', ' ms'),
        against('RSS in the last third to that in the second third', growth, 1.1, 'most', ' x'),
        against(
          `Full list over Transmission's RPC, time to that of transmission-daemon (${percentile(rival, 0.5).toFixed(0)} ms)`,
          percentile(load.fullList, 0.5) / percentile(rival, 0.5),
          1,
          'most',
          ' x',
        ),
      ],
    },
  ]
}

async function underLoad(
  folder: string,
  paths: readonly string[],
  seconds: number,
  options: BenchOptions,
): Promise<Load> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'ours', 'node.ts'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const { url, token } = JSON.parse(line) as { url: string; token: string }
    const node = connectNode({ url, token })
    const ids = await addAll(node, paths)
    options.log(`added ${ids.length}`)
    const watchers = await watch(url, token)
    const residentBytes: number[] = []
    const timer = setInterval(
      () => void readResidentBytes(child).then(bytes => residentBytes.push(bytes)),
      seconds > 60 ? 10_000 : 1000,
    )
    const responses = await sendRequests(node, ids, seconds)
    clearInterval(timer)
    for (const { socket } of watchers) socket.close()
    const fullList = await timeFullList(connectRpc(url, token))
    const events = watchers.reduce((sum, { count }) => sum + count, 0)
    return { responses, residentBytes, fullList, events }
  } finally {
    child.stdin.end()
    const killed = setTimeout(() => child.kill('SIGKILL'), 20_000)
    if (child.exitCode === null) await once(child, 'exit')
    clearTimeout(killed)
  }
}

async function addAll(node: NodeApi, paths: readonly string[]): Promise<string[]> {
  const ids: string[] = []
  for (const path of paths) {
    const torrent = (await readFile(path)).toString('base64')
    const added = await node.addTorrent({ torrent, trusted: true })
    ids.push(added.torrent!.id)
  }
  return ids
}

interface Watcher {
  readonly socket: WebSocket
  count: number
}

async function watch(url: string, token: string): Promise<Watcher[]> {
  const open = async (): Promise<Watcher> => {
    const address = `${url.replace('http', 'ws')}/api/events`
    // Node's WebSocket accepts headers in place of the standard's list of protocols.
    const socket = new WebSocket(address, {
      headers: { authorization: `Bearer ${token}` },
    } as unknown as string[])
    const watcher = { socket, count: 0 }
    socket.addEventListener('message', () => watcher.count++)
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve)
      socket.addEventListener('error', () => reject(new Error('A console could not connect')))
    })
    return watcher
  }
  return Promise.all(Array.from({ length: WATCHERS }, open))
}

async function sendRequests(
  node: NodeApi,
  ids: readonly string[],
  seconds: number,
): Promise<Load['responses']> {
  const responses = new Map<string, number[]>()
  const one = (at: number) => ids[(at * 7919) % ids.length]!
  const requests: Record<string, (at: number) => Promise<unknown>> = {
    'first page by name': () => node.listTorrents({ sort: 'name', order: 'ascending', limit: 100 }),
    'page by rate': () => node.listTorrents({ sort: 'uploadBytesPerSecond', limit: 100 }),
    'filtered by text': at => node.listTorrents({ text: String(at % 1000), limit: 50 }),
    'one torrent': at => node.getTorrent({ id: one(at) }),
    files: at => node.listFiles({ id: one(at) }),
    peers: at => node.listPeers({ id: one(at) }),
    statistics: () => node.getStats({}),
    search: at => node.search({ text: `file ${at % 1000}` }),
    'pause and resume': at =>
      node.actOnTorrents({ ids: ids.slice(0, BUSY), action: at % 18 < 9 ? 'pause' : 'resume' }),
  }
  const names = Object.keys(requests)
  const end = performance.now() + seconds * 1000
  const running = new Set<Promise<void>>()
  for (let at = 0; performance.now() < end; at++) {
    const name = names[at % names.length]!
    const started = performance.now()
    const response = requests[name]!(at).then(() => {
      const times = responses.get(name) ?? []
      responses.set(name, times)
      times.push(performance.now() - started)
    })
    const settled = response.finally(() => running.delete(settled))
    running.add(settled)
    await sleep(1000 / REQUESTS_PER_SECOND)
  }
  await Promise.all(running)
  return responses
}

async function readResidentBytes({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) * 1024
}

type Rpc = (method: string, args: object) => Promise<unknown>

/** Returns a client of the node's Transmission RPC. */
function connectRpc(url: string, token: string): Rpc {
  const authorization = `Basic ${Buffer.from(`shoal:${token}`).toString('base64')}`
  let session = ''
  return async (method, args) => {
    for (;;) {
      const response = await fetch(`${url}/transmission/rpc`, {
        method: 'POST',
        headers: { authorization, 'x-transmission-session-id': session },
        body: JSON.stringify({ method, arguments: args }),
      })
      session = response.headers.get('x-transmission-session-id') ?? session
      if (response.status !== 409) return response.json()
      await response.arrayBuffer()
    }
  }
}

async function timeTransmission(folder: string, paths: readonly string[]): Promise<number[]> {
  await using daemon = await Transmission.start({ directory: join(folder, 'rival') })
  for (const path of paths) await daemon.add({ torrent: path })
  // Await it here, since the daemon ends with this function.
  return await timeFullList((method, args) => daemon.rpc(method, args))
}

async function timeFullList(rpc: Rpc): Promise<number[]> {
  const fields = [
    'id',
    'name',
    'status',
    'percentDone',
    'totalSize',
    'rateDownload',
    'rateUpload',
    'eta',
    'uploadRatio',
  ]
  const times: number[] = []
  for (let count = 0; count < FULL_LISTS; count++) {
    const started = performance.now()
    await rpc('torrent-get', { fields })
    times.push(performance.now() - started)
  }
  return times
}
