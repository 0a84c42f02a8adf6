/** The node's Transmission RPC, driven by the real transmission-remote. */
import { access, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@shoal/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomFile, randomTree, sha256Of, type TempDir, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { Node, NodeProcess } from './support/node.ts'
import { makeTorrent } from './support/shoal.ts'
import { missing } from './support/tools.ts'
import { TransmissionRemote } from './support/transmission-remote.ts'

const BYTES = 3_000_000

describe.skipIf(missing('libtorrent', 'transmission-remote'))('transmission-remote', () => {
  let dir: TempDir
  let node: NodeProcess
  beforeAll(async () => {
    dir = await tempDir('compat-tr')
    node = await NodeProcess.start({ folder: dir.path })
  })
  afterAll(async () => {
    await node?.[Symbol.asyncDispose]()
    await dir.remove()
  })

  test('adds, labels, limits, pauses and downloads a torrent until it reaches its ratio', async () => {
    await mkdir(dir.join('seed'))
    const film = await randomFile(dir.join('seed', 'film.bin'), BYTES)
    await using seeder = await Libtorrent.start()
    const made = await seeder.create(film.path, dir.join('film.torrent'), { version: 'v1' })
    const seed = await seeder.add({ torrent: dir.join('film.torrent'), savePath: dir.join('seed') })
    const remote = new TransmissionRemote(node.url, `shoal:${node.token}`)

    await seed.limit({ upload: 300_000 })
    await remote.run('--add', `${made.magnet}&x.pe=127.0.0.1:${seeder.port}`)
    expect(await remote.list()).toMatchObject([{ id: '1', name: expect.stringMatching(/film|[0-9a-f]{40}/) }])
    await remote.run('-t1', '--labels', 'films,holiday trip', '--seedratio', '0.5', '--downlimit', '2000')
    const info = await until('the metadata has arrived', async () => {
      const text = await remote.run('-t', made.v1!, '--info')
      return text.includes('Name: film.bin') && text
    })
    expect(info).toContain('Labels: films, holiday trip')
    expect(info).toMatch(/Download Limit: 2\.00 MB\/s/)
    expect(info).toContain('Ratio Limit: 0.5')
    expect(info).toContain(`Hash: ${made.v1}`)
    expect((await node.api.listLabels({})).items).toMatchObject([{ name: 'films', torrents: 1 }])

    await until('it downloads', async () => (await remote.list())[0]!.status === 'Downloading')
    expect(await remote.run('-t1', '--info-peers')).toMatch(/127\.0\.0\.1 .*libtorrent/)
    await remote.run('-t1', '--stop')
    expect(await remote.list()).toMatchObject([{ status: 'Stopped' }])
    await seed.limit({ upload: 0 })
    await remote.run('-t1', '--start')
    await node.api.addPeers({ id: made.v1!, addresses: [`127.0.0.1:${seeder.port}`] })
    await until('it is complete', async () => (await remote.list())[0]!.done === '100%')
    expect(await sha256Of(join(node.downloads, 'film.bin'))).toBe(film.sha256)
    expect(await remote.run('-t1', '--info-files')).toMatch(/0: 100% Normal +Yes +3\.00 MB +film\.bin/)

    await using leecher = await Libtorrent.start()
    const theirs = await leecher.add({ magnet: made.magnet, savePath: dir.join('leech') })
    await theirs.connect(await node.peerPort())
    await theirs.done()
    const end = () => remote.list().then(([row]) => row!.status === 'Finished')
    await until('seeding stopped at the ratio', end)

    await remote.run('-t1', '--remove-and-delete')
    expect(await remote.list()).toEqual([])
  })

  test('selects files, moves, changes trackers and removes, with a user name and password', async () => {
    await using dir = await tempDir('compat-tr-files')
    await randomTree(dir.join('seed', 'album'), { 'a.mp3': 100_000, 'b.mp3': 200_000, 'notes/c.txt': 1000 })
    const made = await makeTorrent(dir.join('seed', 'album'), dir.join('album.torrent'), {
      trackers: [['http://127.0.0.1:9/announce']],
    })
    await writeFile(dir.join('password'), 'a long: password\n')
    const login = ['--username', 'anna', '--password-file', dir.join('password')]
    await using node = await Node.start({ folder: dir.path, args: login })
    const remote = new TransmissionRemote(node.url, 'anna:a long: password')

    await remote.run('--add', made.torrent, '--download-dir', dir.join('downloads', 'music'))
    const files = await remote.run('-t1', '--info-files')
    expect(files).toMatch(/album\/a\.mp3/)
    expect(files).toMatch(/album\/notes\/c\.txt/)
    await remote.run('-t1', '--no-get', '0', '--priority-high', '1', '--priority-low', '2')
    const chosen = await remote.run('-t1', '--info-files')
    expect(chosen).toMatch(/0: +0% \w+ +No +100\.0 kB +album\/a\.mp3/)
    expect(chosen).toMatch(/1: +0% High +Yes +200\.0 kB +album\/b\.mp3/)
    expect(chosen).toMatch(/2: +0% Low +Yes +1\.00 kB +album\/notes\/c\.txt/)

    await remote.run('-t1', '--tracker-add', 'http://127.0.0.1:9/tracker2/announce')
    expect(await remote.run('-t1', '--info-trackers')).toMatch(/Tracker 0:.*Tracker 1:/s)
    expect((await node.api.listTrackers({ id: made.v1! })).items.map(({ url }) => url)).toContain(
      'http://127.0.0.1:9/tracker2/announce',
    )
    await remote.run('-t1', '--tracker-remove', '0')
    const left = (await node.api.listTrackers({ id: made.v1! })).items.filter(
      ({ kind }) => kind === 'tracker',
    )
    expect(new Set(left.map(({ url }) => url))).toEqual(new Set(['http://127.0.0.1:9/tracker2/announce']))

    await remote.run('-t1', '--move', dir.join('downloads', 'elsewhere'))
    await until('it was moved', async () =>
      (await remote.run('-t1', '--info')).includes(`Location: ${dir.join('downloads', 'elsewhere')}`),
    )
    await expect(remote.run('-t1', '--move', '/etc')).rejects.toThrow(/outside the folders/)
    await remote.run('-t1', '--verify')
    await remote.run('-t1', '--reannounce')
    await remote.run('-t1', '--remove')
    expect(await remote.list()).toEqual([])
    await access(made.torrent)
  })

  test('reads and changes the session and reports missing features', async () => {
    const remote = new TransmissionRemote(node.url, `shoal:${node.token}`)
    const limits = ['--downlimit', '500', '--uplimit', '50', '--alt-speed-downlimit', '20', '--alt-speed']
    await remote.run(...limits, '--global-seedratio', '1.5', '--encryption-required', '--start-paused')
    const info = await remote.run('--session-info')
    expect(info).toContain('RPC version: 17')
    expect(info).toContain(`Download directory: ${node.downloads}`)
    expect(info).toContain('Default seed ratio limit: 1.5')
    expect(info).toMatch(
      /Download speed limit: 20 kB\/s \(Enabled limit: 500 kB\/s; Enabled turtle limit: 20 kB\/s\)/,
    )
    expect(await node.api.getSettings({})).toMatchObject({
      downloads: { startPaused: true },
      network: { encryption: 'require' },
      limits: {
        downloadBytesPerSecond: 500_000,
        uploadBytesPerSecond: 50_000,
        alternative: true,
        alternativeDownloadBytesPerSecond: 20_000,
      },
      seeding: { ratioLimit: 1.5 },
    })
    await remote.run('--no-downlimit', '--no-alt-speed', '--no-global-seedratio')
    expect(await node.api.getSettings({})).toMatchObject({
      limits: { downloadBytesPerSecond: null, alternative: false },
      seeding: { ratioLimit: null },
    })
    expect(await remote.run('--session-stats')).toContain('CURRENT SESSION')
    await expect(remote.run('--port-test')).rejects.toThrow(/outside service/)
    await expect(remote.run('--blocklist-update')).rejects.toThrow(/blocklist|filter/i)
    const unauthorized = new TransmissionRemote(node.url, 'shoal:wrong')
    await expect(unauthorized.run('--list')).rejects.toThrow(/401/)
    await remote.run('--exit')
    expect(await node.process.exited).toBe(0)
  })
})
