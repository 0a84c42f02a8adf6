import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type CheckedInputOf, Followed } from '@shoal/api'
import { KeyPair } from '@shoal/identity'
import { publishedLink, signVersion } from '@shoal/links'
import { until } from '@shoal/testing'
import { createTorrent, formatMutableMagnet, infoHashText, Session, signItem } from '@shoal/torrent'
import { VirtualClock } from '@shoal/torrent/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { Catalogue } from '../testing/catalogue.ts'
import { SimulatedTorrents } from '../testing/simulated-torrents.ts'
import { type TestNode, testNode } from '../testing/test-node.ts'
import { Entries } from '../transfers/testing/entries.ts'
import { temporaryFolder } from '../transfers/testing/temporary.ts'
import { Follower } from './follower.ts'
import { Publisher } from './publisher.ts'
import { MemoryDht } from './testing/memory-dht.ts'

const MINUTE = 60_000
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const owner = KeyPair.generate()
const link = publishedLink(owner, 'films')
const hash = (at: number) => String(at).repeat(40)

function version(at: number, infoHash = hash(at), name = 'films'): CheckedInputOf<'publish'> {
  const signature = signVersion(owner, name, infoHash, BigInt(at))
  return { name, link: publishedLink(owner, name), infoHash, version: String(at), signature }
}

async function open() {
  const catalogue = await Catalogue.open(join(await temporaryFolder(), 'catalogue.db'))
  const [dht, clock, node] = [new MemoryDht(), new VirtualClock(), new SimulatedTorrents()]
  const parts = {
    ...{ clock, dht, log: new Entries(), random: () => 0.5, onChanged() {} },
    store: catalogue.publications,
  }
  const removed: string[] = []
  const publisher = new Publisher(parts)
  const added: { source?: string | undefined; directory?: string | undefined }[] = []
  const follower = new Follower({
    ...parts,
    operations: {
      addTorrent: async (input, options) => {
        const result = await node.operations.addTorrent(input, options)
        added.push(input)
        return result
      },
    },
    allow: async directory => directory,
    directoryOf: label => `/downloads/${label ?? ''}`,
    async replace(torrent) {
      removed.push(torrent)
      return [{ path: `/old/${torrent.slice(0, 4)}`, size: 1, mtimeNs: '1' }]
    },
    onAdded() {},
  })
  closers.push(async () => {
    await Promise.all([publisher.rounds.close(), follower.rounds.close()])
    await catalogue.close()
  })
  return { ...{ dht, clock, publisher, follower, node, added, removed }, store: parts.store }
}

describe('a published link', () => {
  test('is in the DHT at once, and put again every hour without its key', async () => {
    const { dht, clock, publisher } = await open()
    publisher.rounds.start()
    expect(await publisher.publish(version(1))).toMatchObject({ link, version: '1', nodes: 8, error: null })
    await clock.advance(59 * MINUTE)
    expect(dht.puts).toHaveLength(1)
    await clock.advance(2 * MINUTE)
    expect(dht.puts).toHaveLength(2)
    expect(dht.puts[1]).toEqual(dht.puts[0])
  })

  test('is kept while the DHT cannot be asked, and put when it can', async () => {
    const { dht, clock, publisher } = await open()
    publisher.rounds.start()
    dht.isOff = true
    expect(await publisher.publish(version(1))).toMatchObject({
      publishedMs: null,
      error: expect.stringContaining('no nodes yet'),
    })
    expect(await publisher.find({ link })).toEqual({ version: '1', infoHash: hash(1) })
    dht.isOff = false
    await clock.advance(2 * MINUTE)
    expect(publisher.list()).toMatchObject([{ error: null, nodes: 8 }])
  })

  test('only takes greater versions, signed by its owner', async () => {
    const { publisher } = await open()
    await publisher.publish(version(5))
    const refused = (input: CheckedInputOf<'publish'>) =>
      publisher.publish(input).then(
        () => null,
        error => error.code,
      )
    expect(await refused(version(4))).toBe('conflict')
    expect(await refused(version(5, hash(6)))).toBe('conflict')
    expect(await refused({ ...version(6), infoHash: hash(7) })).toBe('bad-request')
    expect(await refused({ ...version(6), version: '7' })).toBe('bad-request')
    expect(await refused({ ...version(6), version: '9'.repeat(19) })).toBe('bad-request')
    expect(await refused({ ...version(6), link: publishedLink(owner, 'music') })).toBe('bad-request')
    expect(await refused({ ...version(6), link: 'magnet:?xs=urn:btpk:00' })).toBe('bad-magnet')
    expect(await refused(version(5))).toBeNull()
    expect(await publisher.publish(version(6))).toMatchObject({ version: '6' })
    expect(publisher.list()).toHaveLength(1)
  })

  test('gives way to a newer version that its owner published elsewhere', async () => {
    const [here, elsewhere] = [await open(), await open()]
    await here.publisher.publish(version(1))
    await elsewhere.publisher.publish(version(3))
    for (const [target, item] of elsewhere.dht.items) here.dht.items.set(target, item)
    expect(await here.publisher.find({ link })).toEqual({ version: '3', infoHash: hash(3) })
    await expect(here.publisher.publish(version(2))).rejects.toMatchObject({ code: 'conflict' })
    expect(here.publisher.list()).toMatchObject([{ version: '3', infoHash: hash(3) }])
  })
})

const FOLLOW = { everyMinutes: 60, keep: 'all', directory: null, label: null } as const

describe('a followed link', () => {
  test('is looked up at once and after its interval, and each version is added in a folder of its own', async () => {
    const { clock, publisher, follower, added, removed } = await open()
    await publisher.publish(version(1))
    follower.rounds.start()
    const followed = await follower.follow({ ...FOLLOW, link: `${link}&dn=x`, name: 'films', label: 'l' })
    expect(Followed.parse(followed)).toMatchObject({ link, version: '1', torrent: hash(1), error: null })
    await publisher.publish(version(2))
    await clock.advance(59 * MINUTE)
    expect(added).toHaveLength(1)
    await clock.advance(2 * MINUTE)
    expect(added).toMatchObject([
      { source: `magnet:?xt=urn:btih:${hash(1)}&dn=films`, directory: '/downloads/l/films/1', label: 'l' },
      { source: `magnet:?xt=urn:btih:${hash(2)}&dn=films`, directory: '/downloads/l/films/2' },
    ])
    expect(removed).toEqual([])
    // Following it again changes nothing.
    expect(await follower.follow({ ...FOLLOW, link })).toEqual(follower.list()[0])
  })

  test('has a visible folder, whatever its name', async () => {
    const { publisher, follower, added } = await open()
    await publisher.publish(version(1))
    const { id } = await follower.follow({ ...FOLLOW, link, keep: 'latest', name: '.ssh' })
    follower.update({ id, name: '../.config' })
    await publisher.publish(version(2))
    await follower.check(id)
    const folders = added.map(({ directory }) => directory)
    expect(folders).toEqual(['/downloads/_ssh', '/downloads/___.config'])
  })

  test('can keep the latest version only', async () => {
    const { publisher, follower, added, removed, store } = await open()
    await publisher.publish(version(1))
    const { id } = await follower.follow({ ...FOLLOW, link, keep: 'latest', directory: '/films' })
    await publisher.publish(version(2))
    await follower.check(id)
    expect(added.map(({ directory }) => directory)).toEqual(['/films', '/films'])
    expect(removed).toEqual([hash(1)])
    expect(store.followed.get(Number(id))).toMatchObject({
      leftovers: [{ path: '/old/1111' }],
      torrent: hash(2),
    })
  })

  test('ignores replays of older versions, and the same torrent under a new number', async () => {
    const { dht, publisher, follower, added } = await open()
    await publisher.publish(version(3))
    const [[target, old] = []] = dht.items
    const { id } = await follower.follow({ ...FOLLOW, link })
    await publisher.publish(version(4, hash(3)))
    expect(await follower.check(id)).toMatchObject({ version: '4' })
    dht.items.set(target!, old!)
    expect(await follower.check(id)).toMatchObject({ version: '4', error: null })
    expect(added).toHaveLength(1)
  })

  test('is tried again soon while the DHT cannot be asked', async () => {
    const { dht, clock, publisher, follower, added } = await open()
    await publisher.publish(version(1))
    dht.isOff = true
    follower.rounds.start()
    expect(await follower.follow({ ...FOLLOW, link })).toMatchObject({ version: null, checkedMs: null })
    dht.isOff = false
    await clock.advance(2 * MINUTE)
    expect(added).toHaveLength(1)
  })

  test.each([
    ['no version', null],
    ['a text', 'text'],
    ['a short hash', { ih: new Uint8Array(19) }],
    ['no hash', { other: 1 }],
  ])('with %s adds nothing and says so', async (_, value) => {
    const { dht, follower, added } = await open()
    const key = owner.derive('publish', 'films')
    const { publicKey } = key
    const salt = new Uint8Array(0)
    if (value !== null)
      await dht.putItem(signItem({ publicKey, salt, seq: 1n, value, sign: message => key.sign(message) }))
    const followed = await follower.follow({ ...FOLLOW, link: formatMutableMagnet({ publicKey, salt }) })
    expect(followed).toMatchObject({ version: null, torrent: null, error: expect.any(String) })
    expect(added).toEqual([])
  })

  test('whose torrent cannot be added is tried again with the next look', async () => {
    const { publisher, follower, node, added } = await open()
    await publisher.publish(version(1))
    node.nextFault = new Error('the disk is full')
    const { id, error } = await follower.follow({ ...FOLLOW, link })
    expect(error).toBe('the disk is full')
    expect(await follower.check(id)).toMatchObject({ version: '1', error: null })
    expect(added).toHaveLength(1)
  })
})

describe('nodes', () => {
  let dht: MemoryDht
  const openNode = async (): Promise<TestNode> => {
    const node = await testNode()
    closers.push(() => node.end())
    Object.assign(node.engine, {
      getItem: (key: Parameters<MemoryDht['getItem']>[0]) => dht.getItem(key),
      putItem: (item: Parameters<MemoryDht['putItem']>[0]) => dht.putItem(item),
    })
    return node
  }

  /** Seeds a folder with these files, and publishes it as this version. */
  async function publish(seed: Session, node: TestNode, at: number, files: Record<string, Uint8Array>) {
    const folder = join(await temporaryFolder(), 'films')
    for (const [name, bytes] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), bytes)
    }
    const metainfo = await createTorrent(folder, { version: 'v1', pieceLengthBytes: 16_384 })
    await (await seed.add(metainfo, { directory: dirname(folder) })).whenComplete()
    const infoHash = infoHashText(metainfo.info.infoHashes)
    await node.operations.publish(version(at, infoHash))
    return infoHash
  }

  test('replace a version: unchanged files stay, changed ones keep their names, others go', async () => {
    dht = new MemoryDht()
    const [ours, theirs] = [await openNode(), await openNode()]
    const seed = await Session.open({ port: 0, host: '127.0.0.1', dht: false, lsd: false, trackers: false })
    closers.push(() => seed.close())
    const random = (fill: number, size = 65_536) =>
      new Uint8Array(size).map((_, i) => (i * fill + (i >> 8)) % 251)
    const [same, first, second] = [random(3), random(5), random(7)]
    const old = { 'same.bin': same, 'changed.bin': first, 'gone/old.bin': first }
    const one = await publish(seed, ours, 1, old)
    const arrive = async (infoHash: string) => {
      const torrent = theirs.torrents.registry.get(infoHash)
      torrent.api.addPeer(`127.0.0.1:${seed.port}`)
      await torrent.api.whenComplete()
      return torrent.api
    }
    const followed = await theirs.operations.follow({ ...FOLLOW, link, name: 'films', keep: 'latest' })
    expect(followed).toMatchObject({ torrent: one, version: '1', error: null })
    await arrive(one)

    const two = await publish(seed, ours, 2, { 'same.bin': same, 'changed.bin': second, 'new.bin': second })
    expect(await theirs.operations.checkFollowed({ id: followed.id })).toMatchObject({
      torrent: two,
      version: '2',
    })
    const { stats, directory } = await arrive(two)
    expect(stats.downloadedBytes).toBeLessThan(3 * 65_536)
    const read = (name: string) =>
      readFile(join(directory, 'films', name)).then(
        bytes => new Uint8Array(bytes),
        () => null,
      )
    await until('the old files are gone', async () => (await read('gone/old.bin')) === null)
    await until('the changed file has its name', async () => {
      const now = await read('changed.bin')
      return now !== null && Buffer.from(now).equals(second)
    })
    expect(await read('same.bin')).toEqual(same)
    expect(await read('new.bin')).toEqual(second)
    expect(await read('changed (1).bin')).toBeNull()
    expect([...theirs.torrents.registry.listed()].map(({ id }) => id)).toEqual([two])
  })
})
