import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SettingsChange } from '@shoal/api'
import { dialText, openHost } from '@shoal/network/host'
import { limitMs } from '@shoal/testing'
import { expect, onTestFinished, test } from 'vitest'
import { CAPABILITIES } from '../capabilities.ts'
import { LogEntries } from '../kernel/log/log-entries.ts'
import { type OpenNode, runNode } from '../run-node.ts'

/**
 * Providing checks for due torrents every 15 s and lookups run every 5 s, on a machine that can be
 * busy.
 */
const PATIENT = { timeout: limitMs(100), interval: 250 }
const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'shoal-network-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

/** A node that only finds peers through the Shoal network. */
async function start({ shoal, network }: SettingsChange = {}, place?: string): Promise<OpenNode> {
  const base = place ?? (await folder())
  const off = { port: 0, dht: false, lsd: false, pex: false, trackers: false }
  const node = await runNode(
    {
      dataDir: join(base, 'data'),
      directory: join(base, 'downloads'),
      fixed: { network: { ...off, ...network }, shoal: { port: 0, ...shoal } },
      allowedDirectories: [base],
      log: QUIET,
      logEntries: new LogEntries(),
      peerHost: '127.0.0.1',
      onStop() {},
    },
    CAPABILITIES,
  )
  onTestFinished(() => node.close())
  return node
}

async function on(node: OpenNode) {
  const state = async () => (await node.operations.getNetwork({})).state
  await expect.poll(state, PATIENT).toBe('on')
  return node.operations.getNetwork({})
}

async function share(
  node: OpenNode,
  name: string,
  text: string,
  options: { private?: boolean; seal?: { by: 'key' } } = {},
) {
  const path = join(await folder(), name)
  await writeFile(path, text)
  // The folder represents the node's machine, as the console sees it.
  node.kernel.folders.addRoots(() => [join(path, '..')])
  const job = await node.operations.createTorrent({ path, trackers: [], ...options } as never)
  const torrent = async () => {
    const { items } = await node.operations.listJobs({})
    return items.find(({ id }) => id === job.id)?.torrent ?? null
  }
  await expect.poll(torrent, PATIENT).not.toBeNull()
  return (await torrent())!
}

const nodes = async (node: OpenNode) => (await node.operations.getNetwork({})).nodes

test('what one node publishes, another finds and downloads, with nothing but the network', async () => {
  const one = await start()
  const { addresses } = await on(one)
  const two = await start({ shoal: { nodes: [addresses[0]!] } })
  await on(two)
  await expect.poll(() => nodes(two), PATIENT).toBe(1)
  const id = await share(one, 'story.txt', 'Once upon a time')
  const hidden = await share(one, 'secret.txt', 'Nobody may know', { private: true })
  const announced = async () =>
    (await one.operations.listProvided({})).items.filter(({ announcedMs }) => announcedMs !== null)
  await expect.poll(async () => (await announced()).map(torrent => torrent.id), PATIENT).toEqual([id])
  await expect(one.operations.announceTorrent({ id: hidden })).rejects.toMatchObject({ code: 'refused' })
  const { cid } = (await announced())[0]!
  expect(cid).toMatch(/^baf5rei/)
  const { items } = await two.operations.findProviders({ link: cid })
  expect(items.map(provider => provider.id)).toEqual([(await one.operations.getNetwork({})).id])
  await two.operations.addTorrent({ source: cid } as never)
  const got = async () =>
    (await two.operations.listTorrents({ sort: 'name', order: 'ascending', limit: 10 })).items[0]?.progress
  await expect.poll(got, PATIENT).toBe(1)
  const { directory } = two.kernel.settings.current.downloads
  expect(await readFile(join(directory, 'story.txt'), 'utf8')).toBe('Once upon a time')
  // Downloads are not provided by default.
  expect((await two.operations.listProvided({})).items).toEqual([])
  await two.operations.changeSettings({ shoal: { provideDownloads: true } })
  expect((await two.operations.listProvided({})).items).toMatchObject([{ cid }])
})

test('a sealed share without tracker is found by the key in its link, and by nothing else', async () => {
  const one = await start()
  const { addresses } = await on(one)
  const two = await start({ shoal: { nodes: [addresses[0]!] } })
  await on(two)
  await expect.poll(() => nodes(two), PATIENT).toBe(1)
  const id = await share(one, 'story.txt', 'Once upon a time', { seal: { by: 'key' } })
  const { link, contentId } = await one.operations.getTorrent({ id })
  const { job } = await two.operations.addTorrent({ source: link! } as never)
  const { path, error } = await two.kernel.jobs.whenEnded(job!.id)
  expect(error).toBeNull()
  expect(await readFile(path!, 'utf8')).toBe('Once upon a time')
  expect((await two.operations.findProviders({ link: contentId! })).items).toEqual([])
  expect((await one.operations.listProvided({})).items).toEqual([])
  await expect(one.operations.announceTorrent({ id })).rejects.toMatchObject({ code: 'refused' })
})

test('key and known nodes outlast a restart; a new key is another PeerId', async () => {
  const other = await start()
  const { addresses } = await on(other)
  const place = await folder()
  const first = await start({ shoal: { nodes: [addresses[0]!] } }, place)
  const { id } = await on(first)
  await expect.poll(() => nodes(first), PATIENT).toBe(1)
  await first.close()
  // This time, it is started without the address of a node.
  const again = await start({}, place)
  expect((await on(again)).id).toBe(id)
  await expect.poll(() => nodes(again), PATIENT).toBe(1)
  const renewed = await again.operations.renewNetworkKey({})
  expect(renewed).toMatchObject({ state: 'on', id: expect.not.stringMatching(id!) })
})

test('is off, and says why, where it cannot keep to the proxy or is not wanted', async () => {
  const proxied = await start({ network: { proxy: 'socks5://127.0.0.1:9', proxyMode: 'strict' } })
  const unwanted = await start({ shoal: { enabled: false } })
  for (const [node, reason] of [
    [proxied, 'proxy'],
    [unwanted, 'setting'],
  ] as const) {
    expect(await node.operations.getNetwork({})).toMatchObject({ state: 'off', reason, addresses: [] })
    await expect(node.operations.findProviders({ link: 'a'.repeat(40) })).rejects.toMatchObject({
      code: 'unsupported',
    })
  }
})

test('connects to an address by hand, and explains what does not work', async () => {
  const one = await start()
  const { addresses, id } = await on(one)
  const two = await start()
  await on(two)
  const address = addresses.find(each => /\/tcp\/\d+\/p2p/.test(each))!
  expect(await two.operations.connectNetwork({ address })).toMatchObject({ id, incoming: false, dht: true })
  const { items, ownKey } = await two.operations.listNetworkPeers({})
  expect(items.map(peer => peer.id)).toEqual([id])
  // Both agree on each other's place.
  expect(items[0]!.key).toBe((await one.operations.listNetworkPeers({})).ownKey)
  expect(items[0]!.key).toMatch(/^[0-9a-f]{8}$/)
  expect(ownKey).not.toBe(items[0]!.key)
  const known = async () => (await two.operations.listNetworkPeers({})).knownKeys
  await expect.poll(known, PATIENT).toEqual([items[0]!.key])
  expect(items[0]!.protocols).toEqual(expect.arrayContaining(['/shoal/kad/1.0.0', '/shoal/index/1']))
  await expect(two.operations.connectNetwork({ address: '/ip4/127.0.0.1/tcp/1' })).rejects.toMatchObject({
    code: 'unreachable',
  })
})

test('messages that break the rules are refused and counted', async () => {
  const node = await start()
  const { addresses, refused } = await on(node)
  expect(Object.values(refused).every(count => count === 0)).toBe(true)
  const hostile = await openHost({ seed: randomBytes(32), listen: [] })
  onTestFinished(() => hostile.close())
  const address = addresses.find(each => /\/tcp\/\d+\/p2p/.test(each))!
  const connection = await dialText(hostile.libp2p, address, AbortSignal.timeout(limitMs(20)))
  for (const protocol of ['/shoal/kad/1.0.0', '/shoal/index/1']) {
    // An empty message, and one of 2 GiB.
    for (const bytes of [
      [0x01, 0xff],
      [0x80, 0x80, 0x80, 0x80, 0x08],
    ]) {
      const stream = await connection.newStream(protocol)
      stream.send(Uint8Array.from(bytes))
    }
  }
  const counted = async () => (await node.operations.getNetwork({})).refused
  await expect.poll(async () => (await counted())['bad-message'], PATIENT).toBe(4)
  expect(await counted()).toEqual({ ...refused, 'bad-message': 4 })
})

test('says so if the port that was asked for is taken', async () => {
  const other = createSocket('udp4')
  await once(other.bind({ port: 0, address: '127.0.0.1' }), 'listening')
  onTestFinished(() => {
    other.close()
  })
  const { port } = other.address()
  const asked = await start({ shoal: { port } })
  const problem = async () => (await asked.operations.getNetwork({})).problem
  await expect.poll(problem, PATIENT).toContain(`port ${port}`)
  expect(await asked.operations.getHealth({})).toMatchObject({ status: 'degraded' })
})
