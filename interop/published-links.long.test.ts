/**
 * Published links (BEP 46) over a DHT of several clients on loopback: nodes of ours, libtorrent,
 * and npm's bittorrent-dht.
 */
import { readFile } from 'node:fs/promises'
import { KeyPair } from '@shoal/identity'
import { publishedLink, signVersion } from '@shoal/links'
import { limitMs, until } from '@shoal/testing'
import { itemTarget, parseMutableMagnet } from '@shoal/torrent'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Workplace } from '../apps/node/src/testing/shoal-process.ts'
import { hex } from '../packages/torrent/src/base/bytes.ts'
import { randomTree, type TempDir, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { Node } from './support/node.ts'
import { NpmDht } from './support/npm-dht.ts'
import { missing } from './support/tools.ts'

/**
 * Time to join the DHT on a busy machine. A node that found no other retries after 5, 10 and 20 s.
 */
const JOIN_MS = limitMs(90)
const LIBTORRENT = { enable_dht: true }
const owner = KeyPair.generate()
const link = publishedLink(owner, 'films')

describe.skipIf(missing('libtorrent'))('a published link', () => {
  let dir: TempDir
  let libtorrent: Libtorrent
  let npm: NpmDht
  let publisher: Node
  let follower: Node
  let place: Workplace

  beforeAll(async () => {
    dir = await tempDir('published')
    place = await Workplace.create({ oneProcess: true })
    libtorrent = await Libtorrent.start({ settings: LIBTORRENT })
    npm = await NpmDht.start(libtorrent.port)
    publisher = await startNode('publisher', libtorrent.port, npm.port)
    follower = await startNode('follower', npm.port)
  })
  afterAll(async () => {
    await Promise.all([publisher, follower, libtorrent].map(each => each?.stop()))
    await Promise.all([npm, place, dir].map(each => each?.[Symbol.asyncDispose]()))
  })

  /** A node that joins the DHT through these ports, once it knows two others. */
  async function startNode(name: string, ...ports: number[]): Promise<Node> {
    const through = ports.flatMap(port => ['--dht-node', `127.0.0.1:${port}`])
    const node = await Node.start({
      folder: dir.join(name),
      args: ['--set', 'network.dht=true', '--set', 'network.trackers=off', '--no-tracker', ...through],
    })
    const knows = async () => ((await node.api.getStats({})).dhtNodes ?? 0) >= 2
    await until(`${name} knows nodes`, knows, { timeoutMs: JOIN_MS })
    return node
  }

  /** Shares a folder `films` with these files, and publishes it as this version. Returns its id. */
  async function publish(version: number, files: Record<string, number>): Promise<string> {
    const path = dir.join('publisher', String(version), 'films')
    await randomTree(path, files)
    const { torrent } = await publisher.ended(await publisher.api.createTorrent({ path }))
    const { infoHashV1 } = await publisher.whenTorrent(torrent!, ({ state }) => state === 'seeding')
    const published = await publisher.api.publish({
      ...{ name: 'films', link, infoHash: infoHashV1!, version: String(version) },
      signature: signVersion(owner, 'films', infoHashV1!, BigInt(version)),
    })
    expect(published).toMatchObject({ version: String(version), error: null })
    expect(published.nodes).toBeGreaterThanOrEqual(2)
    return torrent!
  }

  const same = async (version: number, name: string, at: string) =>
    expect(await readFile(at)).toEqual(await readFile(dir.join('publisher', String(version), 'films', name)))

  test('leads followers to each version, which replaces the one before', async () => {
    const one = await publish(1, { 'a.bin': 300_000, 'old.bin': 40_000 })
    // Without the publisher's address: the DHT has it, too.
    const followed = await follower.api.follow({ link, name: 'films', keep: 'latest' })
    expect(followed).toMatchObject({ version: '1', torrent: one, error: null })
    const at = (name: string) => `${follower.downloads}/films/films/${name}`
    await follower.whenTorrent(one, ({ state }) => state === 'seeding')
    await same(1, 'a.bin', at('a.bin'))
    await same(1, 'old.bin', at('old.bin'))

    const two = await publish(2, { 'a.bin': 300_000, 'new.bin': 50_000 })
    expect(await follower.api.checkFollowed({ id: followed.id })).toMatchObject({
      version: '2',
      torrent: two,
    })
    await follower.whenTorrent(two, ({ state }) => state === 'seeding')
    await until('the old file is gone', () =>
      readFile(at('old.bin')).then(
        () => false,
        () => true,
      ),
    )
    await until('the new file has its name', () =>
      same(2, 'a.bin', at('a.bin')).then(
        () => true,
        () => false,
      ),
    )
    await same(2, 'new.bin', at('new.bin'))
    expect((await follower.api.listTorrents({})).items.map(({ id }) => id)).toEqual([two])
  })

  test('is read by other clients, and read from what they put', async () => {
    const { publicKey } = parseMutableMagnet(link)
    const [current] = (await publisher.api.listPublications({})).items
    const { version, infoHash } = current!
    const signature = signVersion(owner, 'films', infoHash, BigInt(version))
    await using reader = await Libtorrent.start({
      settings: LIBTORRENT,
      dhtNodes: [['127.0.0.1', libtorrent.port]],
    })
    expect(await reader.dhtItem({ public: hex(publicKey), salt: '' })).toMatchObject({
      seq: Number(version),
      signature,
    })
    const place = itemTarget({ publicKey })
    expect((await npm.get(place))?.seq).toBe(Number(version))

    const { id } = (await follower.api.listFollowed({})).items[0]!
    const next = 'ab'.repeat(20)
    const stored = await npm.put({
      k: Buffer.from(publicKey),
      seq: Number(version) + 1,
      v: { ih: Buffer.from(next, 'hex') },
      sign: () => Buffer.from(signVersion(owner, 'films', next, BigInt(version) + 1n), 'hex'),
    })
    expect(stored).toBeGreaterThanOrEqual(2)
    expect(await follower.api.checkFollowed({ id })).toMatchObject({
      version: String(Number(version) + 1),
      error: null,
    })
    expect(await publisher.api.findPublished({ link })).toEqual({
      version: String(Number(version) + 1),
      infoHash: next,
    })
  })

  describe('given to get', () => {
    const ALONE = ['--host', '127.0.0.1', '--port', '0', '--no-lsd', '--no-port-mapping', '--no-trackers']
    const get = (from: Workplace, given: string, ...args: string[]) =>
      from.json('get', given, '-o', 'out', ...ALONE, ...args)

    test('is downloaded, without the address of a peer', async () => {
      const four = await publish(4, { 'a.bin': 120_000 })
      const { object, code } = await get(place, link, '--dht-node', `127.0.0.1:${libtorrent.port}`)
      expect({ code, object }).toMatchObject({
        code: 0,
        object: { event: 'complete', infoHash: expect.any(String) },
      })
      expect(four).toContain(object.infoHash.slice(0, 40))
      await same(4, 'a.bin', place.at('out/films/a.bin'))
    })

    test('fails with a reason if the DHT has no version in time, or cannot be asked', async () => {
      const unknown = publishedLink(owner, 'nothing')
      // A separate DHT, and no saved nodes: lookups would wait for nodes that have left.
      await using place = await Workplace.create({ oneProcess: true })
      await using alone = await NpmDht.start()
      const seconds = Math.ceil(limitMs(4) / 1000)
      const dht = ['--dht-node', `127.0.0.1:${alone.port}`, '--timeout', `${seconds}s`]
      const failure = async (...args: string[]) => (await get(place, unknown, ...args)).object.error
      expect(await failure(...dht)).toEqual({
        code: 'not-found',
        message: expect.stringContaining(`the DHT had no version of this published link within ${seconds} s`),
      })
      expect(await failure('--dht-node', '127.0.0.1:9', '--timeout', '2s')).toEqual({
        code: 'not-found',
        message: expect.stringContaining('the DHT was not reached within 2 s'),
      })
      expect(await failure('--no-dht')).toEqual({
        code: 'unsupported',
        message: expect.stringContaining('omit --no-dht'),
      })
      const proxy = (kind: string) => ['--proxy', `${kind}://127.0.0.1:9`, '--proxy-mode', 'strict']
      expect(await failure(...dht, ...proxy('http'))).toEqual({
        code: 'unsupported',
        message: expect.stringContaining('an HTTP proxy does not relay it'),
      })
      expect(await failure(...dht, ...proxy('socks5'))).toEqual({
        code: 'not-found',
        message: expect.stringContaining('the proxy must relay UDP'),
      })
      expect((await get(place, 'magnet:?xs=urn:btpk:00')).object.error.code).toBe('bad-magnet')
    })
  })
})
