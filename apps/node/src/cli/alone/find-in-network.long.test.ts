import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limitMs, until } from '@shoal/testing'
import { Session } from '@shoal/torrent'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { LogEntries } from '../../node/kernel/log/log-entries.ts'
import { runNode } from '../../node/run-node.ts'
import { LOOPBACK, Workplace } from '../../testing/shoal-process.ts'
import { findInNetwork } from './find-in-network.ts'

const PATIENT = { timeout: limitMs(100), interval: 250 }
const STORY = 'Once upon a time'
const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

type AtEnd = (close: () => Promise<void>) => void

async function folder(atEnd: AtEnd = onTestFinished): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'shoal-get-'))
  atEnd(() => rm(path, { recursive: true, force: true }))
  return path
}

/** A node of the network. */
async function startNode(nodes: readonly string[], atEnd: AtEnd = onTestFinished) {
  const base = await folder(atEnd)
  const node = await runNode({
    ...{ dataDir: join(base, 'data'), directory: join(base, 'downloads'), allowedDirectories: [base] },
    fixed: {
      network: { port: 0, dht: false, lsd: false, pex: false, trackers: false },
      shoal: { port: 0, nodes: [...nodes] },
    },
    ...{ log: QUIET, logEntries: new LogEntries(), peerHost: '127.0.0.1', onStop() {} },
  })
  atEnd(() => node.close())
  const status = () => node.operations.getNetwork({})
  await vi.waitFor(async () => expect((await status()).state).toBe('on'), PATIENT)
  return { node, base, address: (await status()).addresses[0]! }
}

async function titles({ node }: Node, text: string): Promise<string[]> {
  const { id } = await node.operations.startSearch({ text, limit: 10 })
  const { order, rows } = await until('the search is done', async () => {
    const progress = await node.operations.readSearch({ id, since: 0 })
    return progress.done && progress
  })
  await node.operations.endSearch({ id })
  return order.map(each => rows.find(row => row.id === each)!.title)
}

type Node = Awaited<ReturnType<typeof startNode>>

/** Shares a story at a node. Resolves with its torrent once it exists. */
async function shareStory({ node, base }: Pick<Node, 'node' | 'base'>) {
  const path = join(base, 'story.txt')
  await writeFile(path, STORY)
  await node.operations.createTorrent({
    ...{ path, version: 'hybrid', private: false, trackers: [], webSeeds: [] },
  })
  const torrents = async () =>
    (await node.operations.listTorrents({ sort: 'name', order: 'ascending', limit: 10 })).items
  await expect.poll(async () => (await torrents())[0]?.state, PATIENT).toBe('seeding')
  return (await torrents())[0]!
}

/** Downloads the story from the Shoal network only. Nodes of earlier downloads are known, too. */
async function get(link: string, nodes: readonly string[], name = 'story.txt'): Promise<string> {
  const options = { dht: false, host: '127.0.0.1' }
  const directory = await folder()
  const alone = { port: 0, lsd: false, pex: false, trackers: false }
  const session = await Session.open({ ...options, ...alone, directory })
  onTestFinished(() => session.close())
  const torrent = await session.add(link)
  const leave = findInNetwork({ session, torrent, nodes, options })
  await torrent.whenComplete()
  await leave()
  await session.close()
  return readFile(join(directory, name), 'utf8')
}

async function forgetful(): Promise<void> {
  vi.stubEnv('SHOAL_STATE', await folder())
  onTestFinished(() => void vi.unstubAllEnvs())
}

test('a download finds its peers in the network alone, and remembers its nodes', async () => {
  await forgetful()
  const { address } = await startNode([])
  const provider = await startNode([address])
  await shareStory(provider)
  const provided = async () => (await provider.node.operations.listProvided({})).items[0]
  await expect.poll(async () => (await provided())?.announcedMs ?? null, PATIENT).not.toBeNull()
  const { cid } = (await provided())!
  expect(await get(cid, [address])).toBe(STORY)
  // This time, it is started without the address of a node.
  expect(await get(cid, [])).toBe(STORY)
})

describe('a node that is all of the network', () => {
  let provider: Node
  const closers: (() => Promise<void>)[] = []
  beforeAll(async () => {
    provider = await startNode([], close => closers.unshift(close))
  })
  afterAll(async () => {
    for (const close of closers) await close()
  })

  test(
    'is found by content ID, by either info hash, and by magnet',
    async () => {
      await forgetful()
      const { infoHashV1, infoHashV2 } = await shareStory(provider)
      const { cid } = (await provider.node.operations.listProvided({})).items[0]!
      const magnet = `magnet:?xt=urn:btih:${infoHashV1}`
      for (const link of [cid, infoHashV1!, infoHashV2!, magnet])
        expect(await get(link, [provider.address])).toBe(STORY)
    },
    limitMs(300),
  )

  test('gives a sealed share without tracker to whoever has the key in its link', async () => {
    await forgetful()
    await using place = await Workplace.create()
    const { node, base, address } = provider
    const path = join(base, 'sealed.txt')
    await writeFile(path, STORY)
    const { id } = await node.operations.createTorrent({
      ...{ path, version: 'hybrid', private: false, trackers: [], webSeeds: [], seal: { by: 'key' } },
    })
    const { link } = await node.kernel.jobs.whenEnded(id)
    const words = ['get', link!, '-o', 'got', '--network-node', address, ...LOOPBACK]
    const { code, stderr } = await place.run(...words)
    expect([code, stderr]).toEqual([0, expect.any(String)])
    expect(await readFile(place.at('got', 'sealed.txt'), 'utf8')).toBe(STORY)
  })

  test(
    'finds what a single command shares, by search and content ID, until that ends',
    async () => {
      await forgetful()
      await using place = await Workplace.create()
      await mkdir(place.at('Shared'))
      await writeFile(place.at('Shared', 'valley.txt'), STORY)
      await writeFile(place.at('Harbour at night.txt'), STORY)
      const network = ['--findable', '--network-node', provider.address, ...LOOPBACK, '--json']
      const seeding = place.start('seed', 'Harbour at night.txt', ...network)
      const sharing = place.start('share', '--dir', 'Shared', ...network)
      const [{ publisher: first }, { cid, publisher: second }] = [
        await seeding.event('findable'),
        await sharing.event('findable'),
      ]
      // The keys do not reveal that both belong to the same machine.
      expect(first).not.toBe(second)
      await expect.poll(() => titles(provider, 'harbour'), PATIENT).toEqual(['Harbour at night.txt'])
      await expect.poll(() => titles(provider, 'valley'), PATIENT).toEqual(['valley.txt'])
      expect(await get(cid, [provider.address], 'valley.txt')).toBe(STORY)
      // A deleted file is withdrawn, and so is everything at the end.
      await rm(place.at('Shared', 'valley.txt'))
      await expect.poll(() => titles(provider, 'valley'), PATIENT).toEqual([])
      expect((await seeding.interrupt()).code).toBe(0)
      expect(await titles(provider, 'harbour')).toEqual([])
      expect((await sharing.interrupt()).code).toBe(0)
      // The folders of the commands' nodes are deleted.
      expect(await readdir(place.at('state', 'runs'))).toEqual([])
    },
    limitMs(300),
  )
})

test('private torrents, sealed shares and what keeps to a proxy are not made findable', async () => {
  await using place = await Workplace.create()
  await place.file('film.bin', 1000)
  for (const refused of [['--private'], ['--seal'], ['--proxy', 'socks5://127.0.0.1:9']]) {
    const { code, stderr } = await place.run('seed', 'film.bin', '--findable', ...refused)
    expect([code, stderr]).toEqual([2, expect.stringContaining('never published')])
  }
  const { code, stderr } = await place.run('share', '--network-node', '/ip4/127.0.0.1/tcp/1')
  expect([code, stderr]).toEqual([2, expect.stringContaining('--network-node is for --findable')])
  await place.run('create', 'film.bin', '--private', '-o', 'film.torrent')
  const seeding = place.start(
    'seed',
    'film.bin',
    '--torrent',
    'film.torrent',
    '--findable',
    ...LOOPBACK,
    '--json',
  )
  expect(await seeding.event('not-findable')).toMatchObject({ message: expect.stringContaining('private') })
})
