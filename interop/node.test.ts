/** A complete node in its own process, with real peers. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { randomFile, sha256Of, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { NodeProcess } from './support/node.ts'
import { missing } from './support/tools.ts'

const MIB = 1024 * 1024

describe.skipIf(missing('libtorrent'))('a node', () => {
  test('downloads a magnet link from libtorrent and seeds to another client', async () => {
    await using dir = await tempDir('node')
    await mkdir(dir.join('seed'))
    const film = await randomFile(dir.join('seed', 'film.bin'), 8 * MIB)
    await using seeder = await Libtorrent.start()
    await using leecher = await Libtorrent.start()
    const made = await seeder.create(dir.join('seed', 'film.bin'), dir.join('film.torrent'))
    await seeder.add({ torrent: dir.join('film.torrent'), savePath: dir.join('seed') })
    await using node = await NodeProcess.start({ folder: dir.path })
    const { torrent } = await node.api.addTorrent({
      source: made.magnet,
      peers: [`127.0.0.1:${seeder.port}`],
      label: 'films',
    })
    const done = await node.whenTorrent(torrent!.id, ({ state }) => state === 'seeding')
    expect(done).toMatchObject({ progress: 1, totalBytes: 8 * MIB, label: 'films', fileCount: 1 })
    expect(await sha256Of(join(node.downloads, 'film.bin'))).toBe(film.sha256)

    await mkdir(dir.join('leech'))
    const theirs = await leecher.add({ magnet: made.magnet, savePath: dir.join('leech') })
    await theirs.connect(await node.peerPort())
    await theirs.done()
    await theirs.flushed()
    expect(await sha256Of(dir.join('leech', 'film.bin'))).toBe(film.sha256)
  })

  test('resumes after it was killed during a download, and downloads nothing twice', async () => {
    await using dir = await tempDir('node-kill')
    await mkdir(dir.join('seed'))
    const film = await randomFile(dir.join('seed', 'film.bin'), 64 * MIB)
    await using seeder = await Libtorrent.start()
    const made = await seeder.create(dir.join('seed', 'film.bin'), dir.join('film.torrent'))
    const seed = await seeder.add({ torrent: dir.join('film.torrent'), savePath: dir.join('seed') })
    await seed.limit({ upload: 8 * MIB })
    const first = await NodeProcess.start({ folder: dir.path })
    const peer = `127.0.0.1:${seeder.port}`
    const { torrent } = await first.api.addTorrent({
      source: made.magnet,
      peers: [peer],
      label: 'films',
      tags: ['long'],
    })
    const id = torrent!.id
    await first.whenTorrent(id, ({ progress }) => progress > 0.4)
    await first.kill()

    await using second = await first.startAgain()
    const back = await second.whenTorrent(id, ({ state }) => state !== 'checking')
    expect(back).toMatchObject({ name: 'film.bin', label: 'films', tags: ['long'] })
    // At most about two seconds of transfer are not recorded yet.
    expect(back.haveBytes).toBeGreaterThan(0.4 * 64 * MIB - 3 * 8 * MIB)
    await seed.limit({ upload: 0 })
    await second.api.addPeers({ id, addresses: [peer] })
    await second.whenTorrent(id, ({ progress }) => progress === 1)
    expect(await sha256Of(join(second.downloads, 'film.bin'))).toBe(film.sha256)
  })

  test('stops within seconds on request and leaves nothing running', async () => {
    await using dir = await tempDir('node-stop')
    const node = await NodeProcess.start({ folder: dir.path })
    await writeFile(join(node.downloads, 'note.txt'), 'a note')
    await node.api.createTorrent({ path: join(node.downloads, 'note.txt') })
    await node.api.stopNode({})
    expect(await node.process.exited).toBe(0)
    await until('it no longer responds', () =>
      fetch(`${node.url}/health`).then(
        () => false,
        () => true,
      ),
    )
  })

  test('rejects a second node with the same data folder and says why', async () => {
    await using dir = await tempDir('node-twice')
    await using node = await NodeProcess.start({ folder: dir.path })
    await expect(node.startAgain()).rejects.toThrow(/another|in use|already/)
    expect(await node.api.getHealth({})).toMatchObject({ status: 'ok' })
  })
})
