/** The node's qBittorrent API, driven by the published client library that media tools use. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QBittorrent } from '@ctrl/qbittorrent'
import { until } from '@shoal/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomFile, randomTree, sha256Of, type TempDir, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { Node } from './support/node.ts'
import { makeTorrent } from './support/shoal.ts'
import { missing } from './support/tools.ts'

const BYTES = 3_000_000

interface SyncResponse {
  rid: number
  torrents: object
  tags: string[]
}

function connect(node: Node, username = 'shoal', password = node.token): QBittorrent {
  return new QBittorrent({ baseUrl: `${node.url}/`, username, password, timeout: 20_000 })
}

describe('@ctrl/qbittorrent', () => {
  let dir: TempDir
  let node: Node
  beforeAll(async () => {
    dir = await tempDir('compat-qb')
    node = await Node.start({ folder: dir.path })
  })
  afterAll(async () => {
    await node?.[Symbol.asyncDispose]()
    await dir.remove()
  })

  test('follows changes through sync/maindata', async () => {
    await randomFile(dir.join('one.bin'), 50_000)
    const made = await makeTorrent(dir.join('one.bin'), dir.join('one.torrent'), { version: 'v1' })
    const client = connect(node)
    const sync = (rid: number) => client.request<SyncResponse>('/sync/maindata', 'GET', { rid })
    const first = await sync(0)
    expect(first).toMatchObject({
      full_update: true,
      torrents: {},
      server_state: { queueing: false, dht_nodes: 0 },
    })
    await client.addTorrent(await readFile(made.torrent), { paused: 'true', category: 'new' })
    const second = await sync(first.rid)
    expect(second).toMatchObject({
      categories: { new: { name: 'new', savePath: '' } },
      torrents: { [made.v1!]: { name: 'one.bin', state: 'pausedDL', category: 'new' } },
    })
    expect(second).not.toHaveProperty('full_update')
    await client.addTorrentTags(made.v1!, 'red')
    const third = await sync(second.rid)
    expect(third.torrents).toEqual({ [made.v1!]: { tags: 'red' } })
    expect(third.tags).toEqual(['red'])
    await client.removeTorrent(made.v1!)
    await client.deleteTags('red')
    expect(await sync(third.rid)).toMatchObject({ torrents_removed: [made.v1], tags_removed: ['red'] })
    // The client did not receive the previous response.
    expect(await sync(third.rid)).toMatchObject({ full_update: true, torrents: {} })
    await client.removeCategory('new')
  })

  test.skipIf(missing('libtorrent'))(
    'adds a torrent with a category, downloads it from libtorrent and finds it paused at its ratio, as media managers do',
    async () => {
      await randomTree(dir.join('seed', 'season'), { 'e1.mkv': BYTES, 'e2.mkv': 100_000 })
      await using seeder = await Libtorrent.start()
      const made = await seeder.create(dir.join('seed', 'season'), dir.join('season.torrent'), {
        version: 'v1',
      })
      const seed = await seeder.add({ torrent: dir.join('season.torrent'), savePath: dir.join('seed') })
      await seed.limit({ upload: 300_000 })
      const client = connect(node)

      const folder = join(node.downloads, 'tv')
      await client.createCategory('tv', folder)
      expect(await client.getCategories()).toEqual({ tv: { name: 'tv', savePath: folder } })
      const magnet = `${made.magnet}&x.pe=127.0.0.1:${seeder.port}`
      await client.addMagnet(magnet, { category: 'tv', paused: 'false', ratioLimit: '0.5' } as object)
      expect(await client.listTorrents({ category: 'tv' })).toMatchObject([
        { hash: made.v1, category: 'tv', ratio_limit: 0.5, save_path: folder },
      ])
      expect(await client.listTorrents({ category: 'films' })).toEqual([])
      await until('it downloads', async () => {
        const [torrent] = await client.listTorrents({ hashes: made.v1! })
        return torrent!.state === 'downloading' && torrent!.progress > 0
      })
      await client.setTorrentDownloadLimit(made.v1!, 5_000_000)
      expect(await client.getTorrentDownloadLimit(made.v1!)).toEqual({ [made.v1!]: 5_000_000 })
      expect(Object.values((await client.torrentPeers(made.v1!)).peers)).toMatchObject([
        { ip: '127.0.0.1', port: seeder.port, client: expect.stringContaining('libtorrent') },
      ])
      await client.pauseTorrent(made.v1!)
      expect(await client.getTorrent(made.v1!)).toMatchObject({ raw: { state: 'pausedDL' }, state: 'paused' })
      await seed.limit({ upload: 0 })
      await client.resumeTorrent(made.v1!)
      await node.api.addPeers({ id: made.v1!, addresses: [`127.0.0.1:${seeder.port}`] })
      const done = await until('it is complete', async () => {
        const torrent = await client.getTorrent(made.v1!)
        return torrent.isCompleted && torrent
      })
      expect(done.raw).toMatchObject({
        content_path: join(folder, 'season'),
        amount_left: 0,
        size: BYTES + 100_000,
      })
      const theirs = await sha256Of(dir.join('seed', 'season', 'e1.mkv'))
      expect(await sha256Of(join(done.raw.content_path, 'e1.mkv'))).toBe(theirs)

      await using leecher = await Libtorrent.start()
      const leech = await leecher.add({ magnet: made.magnet, savePath: dir.join('leech') })
      await leech.connect(await node.peerPort())
      await leech.done()
      const finished = async () => {
        const [torrent] = await client.listTorrents({ hashes: made.v1! })
        return torrent!.state === 'pausedUP' && torrent
      }
      const end = await until('seeding stopped at the ratio', finished)
      expect(end.ratio).toBeGreaterThanOrEqual(0.5)
      await client.removeTorrent(made.v1!, true)
      expect(await client.listTorrents()).toEqual([])
    },
  )

  test('adds .torrent files, and changes files, tags, trackers, order and names', async () => {
    await using dir = await tempDir('compat-qb-files')
    await randomTree(dir.join('album'), { 'a.mp3': 100_000, 'b.mp3': 200_000, 'notes/c.txt': 1000 })
    const made = await makeTorrent(dir.join('album'), dir.join('album.torrent'), {
      trackers: [['http://127.0.0.1:9/announce']],
      webSeeds: ['http://127.0.0.1:9/seed/'],
    })
    await writeFile(dir.join('password'), 'a long: password\n')
    const login = ['--username', 'anna', '--password-file', dir.join('password')]
    await using node = await Node.start({ folder: dir.path, args: login })
    const client = connect(node, 'anna', 'a long: password')
    expect(await client.getAppVersion()).toBe('v4.6.7')
    expect(await client.getApiVersion()).toBe('2.9.3')

    const added = await client.normalizedAddTorrent(await readFile(made.torrent), {
      startPaused: true,
      label: 'music',
    })
    expect(added).toMatchObject({
      id: made.v1,
      name: 'album',
      label: 'music',
      state: 'paused',
      totalSize: 301_000,
    })
    expect(added.raw).toMatchObject({ infohash_v1: made.v1, infohash_v2: made.v2, trackers_count: 1 })
    const hash = made.v1!
    const files = await client.torrentFiles(hash)
    expect(files).toMatchObject([
      { index: 0, name: 'album/a.mp3', size: 100_000, priority: 1, progress: 0, is_seed: false },
      { index: 1, name: 'album/b.mp3', size: 200_000 },
      { index: 2, name: 'album/notes/c.txt' },
    ])
    await client.setFilePriority(hash, ['0', '2'], 0)
    await client.setFilePriority(hash, '1', 7)
    expect((await client.torrentFiles(hash)).map(({ priority }) => priority)).toEqual([0, 7, 0])
    expect((await client.getTorrent(hash)).raw.size).toBe(200_000)

    await client.addTorrentTags(hash, 'old,live')
    expect(await client.getTags()).toEqual(['live', 'old'])
    await client.removeTorrentTags(hash, 'old')
    expect((await client.listTorrents({ tag: 'live' })).map(torrent => torrent.tags)).toEqual(['live'])
    await client.createCategory('other')
    await client.setTorrentCategory(hash, 'other')
    await client.removeCategory('other')
    expect((await client.getTorrent(hash)).raw.category).toBe('')

    await client.addTrackers(hash, 'http://127.0.0.1:9/b/announce\nhttp://127.0.0.1:9/c/announce')
    await client.removeTrackers(hash, 'http://127.0.0.1:9/announce|http://127.0.0.1:9/c/announce')
    expect((await client.torrentTrackers(hash)).map(({ url }) => url)).toEqual([
      '** [DHT] **',
      '** [PeX] **',
      '** [LSD] **',
      'http://127.0.0.1:9/b/announce',
    ])
    expect(await client.torrentWebSeeds(hash)).toEqual([{ url: 'http://127.0.0.1:9/seed/' }])
    expect(await client.torrentPieceHashes(hash)).toHaveLength((await client.torrentPieceStates(hash)).length)
    expect(await client.torrentProperties(hash)).toMatchObject({
      save_path: node.downloads,
      total_size: 301_000,
    })

    await client.setTorrentLocation(hash, dir.join('downloads', 'moved'))
    await until(
      'it was moved',
      async () => (await client.getTorrent(hash)).savePath === dir.join('downloads', 'moved'),
    )
    await client.renameFile(hash, 'album/b.mp3', 'album/best.mp3')
    await client.setPreferences({ queueing_enabled: true })
    await client.topPriority(hash)
    await client.recheckTorrent(hash)
    await client.reannounceTorrent(hash)
    await client.removeTorrent(hash)
    expect((await client.getAllData()).torrents).toEqual([])
  })

  test('reads and changes preferences and limits, rejects wrong passwords and then bans the address', async () => {
    const client = connect(node)
    expect(await client.getPreferences()).toMatchObject({
      save_path: node.downloads,
      dht: false,
      queueing_enabled: false,
    })
    await client.setPreferences({
      dl_limit: 100_000,
      max_ratio_enabled: true,
      max_ratio: 2,
      start_paused_enabled: true,
    })
    expect(await node.api.getSettings({})).toMatchObject({
      downloads: { startPaused: true },
      limits: { downloadBytesPerSecond: 100_000 },
      seeding: { ratioLimit: 2 },
    })
    await expect(connect(node, 'shoal', 'wrong').login()).rejects.toThrow(/Auth Failed/)
    const login = (password: string) =>
      fetch(`${node.url}/api/v2/auth/login`, {
        method: 'POST',
        body: new URLSearchParams({ username: 'x', password }),
      })
    const banned = await until('it is banned', async () => {
      const response = await login('wrong')
      return response.status === 403 && response.text()
    })
    expect(banned).toMatch(/banned/)
  })
})
