/**
 * Torrents of many files between our session and libtorrent: subfolders, empty files, pad files,
 * and selections.
 */
import { describe, expect, test } from 'vitest'
import { difference, filesBelow, randomTree, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'

const VERSIONS = ['v1', 'v2', 'hybrid'] as const
const PIECE = 32_768

/**
 * Lengths around block and piece boundaries, so that pieces and blocks end within files, at their
 * ends and beyond them.
 */
const TREE = {
  'a.txt': 1,
  'b/empty': 0,
  'b/piece.bin': PIECE,
  'b/c/long.bin': 10 * PIECE + 12_345,
  'b/c/ünïcödé 文件.bin': 16_384,
  'b/c/d/over.bin': PIECE + 1,
  'empty.txt': 0,
  'last.bin': 2 * PIECE - 1,
}

describe.skipIf(missing('libtorrent'))('many files', { concurrent: true }, () => {
  test.each(VERSIONS)('%s: downloads from libtorrent (BEP 3, 47, 52)', async version => {
    await using dir = await tempDir('interop')
    await randomTree(dir.join('seed', 'tree'), TREE)
    await using seeder = await Libtorrent.start()
    const torrent = dir.join('tree.torrent')
    const { magnet } = await seeder.create(dir.join('seed', 'tree'), torrent, { version, pieceLength: PIECE })
    await seeder.add({ torrent, savePath: dir.join('seed'), seedMode: true })
    for (const [name, source] of Object.entries({ file: torrent, magnet })) {
      await using shoal = await Shoal.open({ directory: dir.join(name) })
      await shoal.get(source, { peers: [`127.0.0.1:${seeder.port}`] })
      expect(await difference(dir.join('seed'), dir.join(name))).toBeNull()
    }
  })

  test.each(VERSIONS)('%s: seeds to libtorrent (BEP 3, 47, 52)', async version => {
    await using dir = await tempDir('interop')
    await randomTree(dir.join('seed', 'tree'), TREE)
    const made = await makeTorrent(dir.join('seed', 'tree'), dir.join('tree.torrent'), {
      version,
      pieceLengthBytes: PIECE,
    })
    await using shoal = await Shoal.open()
    await shoal.get(made.torrent, { directory: dir.join('seed') })
    await using leecher = await Libtorrent.start()
    for (const [name, source] of Object.entries({
      file: { torrent: made.torrent },
      magnet: { magnet: made.magnet },
    })) {
      const leech = await leecher.add({ ...source, savePath: dir.join(name), peers: [shoal.endpoint] })
      await leech.done()
      await leech.flushed()
      expect(await difference(dir.join('seed'), dir.join(name))).toBeNull()
      await leech.remove()
    }
  })

  test.each(VERSIONS)('%s: downloads only the wanted files, then the rest', async version => {
    await using dir = await tempDir('interop')
    await randomTree(dir.join('seed', 'tree'), TREE)
    await using seeder = await Libtorrent.start()
    const torrent = dir.join('tree.torrent')
    await seeder.create(dir.join('seed', 'tree'), torrent, { version, pieceLength: PIECE })
    await seeder.add({ torrent, savePath: dir.join('seed'), seedMode: true })

    await using shoal = await Shoal.open({ directory: dir.join('leech') })
    const whole = await shoal.add(torrent, { paused: true })
    const wanted = whole.files.filter(({ path }) => /long|over/.test(path.join('/')))
    const names = wanted.map(({ path }) => path.join('/'))
    expect(names).toHaveLength(2)
    await whole.remove()

    const peers = [`127.0.0.1:${seeder.port}`]
    const leech = await shoal.get(torrent, { select: wanted.map(({ index }) => index), peers })
    // The other bytes of shared pieces are stored separately.
    const files = await filesBelow(dir.join('leech'))
    expect(files.filter(name => !name.endsWith('.parts'))).toEqual([...names].sort())
    expect(leech.stats.haveBytes).toBe(leech.stats.wantedBytes)

    // BEP 21: a partial seed uploads what it has.
    await using other = await Libtorrent.start()
    const part = await other.add({ torrent, savePath: dir.join('other'), peers: [shoal.endpoint] })
    const wantedBytes = wanted.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
    await part.downloaded(wantedBytes - 2 * PIECE)
    await part.remove()

    for (const { index } of leech.files) await leech.setPriority(index, 4)
    await shoal.done(leech)
    expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
  })
})
