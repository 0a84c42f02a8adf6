import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CONTRACTS, type Contract, connectNode, type NodeOperations, TORRENT_STATES } from '@shoal/api'
import type { Services } from '@shoal/daemon/capability'
import { expect, onTestFinished, test } from 'vitest'
import { CAPABILITIES } from './capabilities.ts'
import type { AnyCapability } from './kernel/capability.ts'
import { LogEntries } from './kernel/log/log-entries.ts'
import { type OpenNode, runNode } from './run-node.ts'
import { Access } from './server/access/access.ts'
import { createServer } from './server/server.ts'
import { type StartOptions, startNode } from './start.ts'

const TOKEN = 'a-token-of-the-test-that-is-long-enough-43'
const names = (list: readonly AnyCapability[]) => list.map(({ contract }) => contract.name)

/** The list without a capability, and without those that need it. */
function without(name: string): AnyCapability[] {
  let list = CAPABILITIES.filter(({ contract }) => contract.name !== name)
  for (;;) {
    const provided = new Set(list.flatMap(each => servicesOf(each.provides)))
    const left = list.filter(each => servicesOf(each.needs).every(service => provided.has(service)))
    if (left.length === list.length) return list
    list = left
  }
}

function servicesOf(services: Services | undefined): string[] {
  return Object.values(services ?? {}).map(each => each.name)
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-list-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function open(list: readonly AnyCapability[]): Promise<OpenNode> {
  const folder = await temporaryFolder()
  const node = await runNode(
    {
      dataDir: join(folder, 'data'),
      directory: join(folder, 'downloads'),
      // Whether the network has started depends on timing.
      fixed: { network: { port: 0, dht: false, lsd: false }, shoal: { enabled: false } },
      allowedDirectories: [],
      log: { debug() {}, info() {}, warn() {}, error() {} },
      logEntries: new LogEntries(),
      peerHost: '127.0.0.1',
      onStop() {},
    },
    list,
  )
  onTestFinished(() => node.close())
  return node
}

test('the list has every capability that the API describes', () => {
  expect(names(CAPABILITIES).sort()).toEqual(CONTRACTS.map(({ name }) => name).sort())
})

/** Each metric as `name type labels`, without its value, which varies. */
async function metricsOf(node: OpenNode): Promise<string[]> {
  const families = await node.metrics()
  return families.flatMap(({ name, type, samples }) =>
    samples.map(({ labels = {} }) => {
      const { directory, ...rest } = labels
      return [name, type, ...Object.values(rest), ...(directory ? ['DIRECTORY'] : [])].join(' ')
    }),
  )
}

const METRICS_OF_SYSTEM = [
  'shoal_disk_free_bytes gauge DIRECTORY',
  'shoal_disk_size_bytes gauge DIRECTORY',
  'shoal_uptime_seconds gauge',
]
const METRICS_OF: Readonly<Record<string, readonly string[]>> = {
  search: ['shoal_documents_indexed gauge', 'shoal_documents_waiting gauge'],
  torrents: [
    'shoal_all_time_downloaded_bytes_total counter',
    'shoal_all_time_uploaded_bytes_total counter',
    'shoal_blocked_peers_total counter',
    ...['tcp', 'utp', 'webrtc', 'libp2p', 'onion', 'memory', 'webseed'].map(
      each => `shoal_connections gauge ${each}`,
    ),
    'shoal_download_bytes_per_second gauge',
    'shoal_downloaded_bytes_total counter',
    ...TORRENT_STATES.map(state => `shoal_torrents gauge ${state}`),
    'shoal_upload_bytes_per_second gauge',
    'shoal_uploaded_bytes_total counter',
  ],
}

const REMOVABLE = names(CAPABILITIES).filter(name => name !== 'torrents')

test.each(REMOVABLE)('a node without %s starts, works, and refuses its operations', async name => {
  const list = without(name)
  const node = await open(list)
  expect(node.capabilities.toSorted()).toEqual(names(list).sort())
  expect((await node.operations.getNode({})).capabilities).not.toContain(name)
  const contract: Contract = CAPABILITIES.find(each => each.contract.name === name)!.contract
  for (const operation of Object.keys(contract.operations ?? {}) as (keyof NodeOperations)[])
    await expect(node.operations[operation]({} as never)).rejects.toMatchObject({ code: 'unsupported' })
  expect((await metricsOf(node)).sort()).toEqual(
    [...METRICS_OF_SYSTEM, ...node.capabilities.flatMap(each => METRICS_OF[each] ?? [])].sort(),
  )
  await node.operations.getStats({})
  expect(await node.operations.getHealth({})).toMatchObject({ status: 'ok' })
  expect(await node.operations.listTorrents({ sort: 'name', order: 'ascending', limit: 10 })).toMatchObject({
    total: 0,
  })
})

/** No discovery, loopback addresses only. */
function startOptions(folder: string): StartOptions {
  const off = [
    { section: 'network', name: 'dht', value: false },
    { section: 'network', name: 'lsd', value: false },
    { section: 'network', name: 'portMapping', value: false },
    { section: 'shoal', name: 'enabled', value: false },
  ] as const
  return {
    ...{ host: '127.0.0.1', port: 0, peerHost: '127.0.0.1', peerPort: 0, allowedHost: [], trustedProxy: [] },
    ...{ dataDir: join(folder, 'data'), dir: join(folder, 'downloads'), allowDir: [], config: undefined },
    ...{ username: undefined, passwordFile: undefined, noTracker: false, publicUrl: undefined },
    ...{ logLevel: 'error', set: off, open: false },
  }
}

test.each(names(CAPABILITIES))('without %s, a node starts with its server and stops', async name => {
  const list = without(name)
  const node = await startNode(startOptions(await temporaryFolder()), { capabilities: list })
  onTestFinished(() => node.close())
  const token = node.consoleUrl.split('token=')[1]!
  const { capabilities, peerPort } = await connectNode({ url: node.url, token }).getNode({})
  expect(capabilities.toSorted()).toEqual(names(list).sort())
  expect(peerPort).toBe(node.peerPort)
  expect(peerPort > 0).toBe(name !== 'torrents')
  await node.close()
})

test('over HTTP, an operation of an absent capability is not described, and answers 404 unsupported to any input', async () => {
  const node = await open(without('feeds'))
  const server = await createServer({ node, access: new Access({ token: TOKEN }), port: 0 })
  onTestFinished(() => server.close())
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
  for (const init of [{}, { method: 'POST', body: '{"wrong":1}' }, { method: 'POST', body: '{' }]) {
    const answer = await fetch(`${server.url}/api/feeds`, { ...init, headers })
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ error: { code: 'unsupported' } })
  }
  expect((await fetch(`${server.url}/api/feeds`)).status).toBe(401)
  const { paths } = await (await fetch(`${server.url}/api/openapi.json`, { headers })).json()
  expect(paths).not.toHaveProperty(['/api/feeds'])
  expect(paths).toHaveProperty(['/api/torrents'])
})
