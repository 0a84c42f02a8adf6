/** Our session and libtorrent over IPv6 loopback. */
import { describe, expect, test } from 'vitest'
import { difference, randomFile, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'

const settings = { listen_interfaces: '[::1]:0' }

describe.skipIf(missing('libtorrent'))('IPv6', { concurrent: true }, () => {
  test.each(['plain', 'require'] as const)('%s: downloads from libtorrent', async encryption => {
    await using dir = await tempDir('interop')
    const { path } = await randomFile(dir.join('seed', 'content.bin'), 1_000_000)
    const made = await makeTorrent(path, dir.join('content.torrent'))
    await using seeder = await Libtorrent.start({ settings, encryption })
    await seeder.add({ torrent: made.torrent, savePath: dir.join('seed'), seedMode: true })
    await using shoal = await Shoal.open({ host: '::1', directory: dir.join('leech'), encryption })
    const leech = await shoal.add(made.magnet, { peers: [`[::1]:${seeder.port}`] })
    const addresses = new Set<string>()
    leech.on('piece', () => {
      for (const { address } of leech.peers()) addresses.add(address)
    })
    await shoal.done(leech)
    expect([...addresses]).toEqual([`[::1]:${seeder.port}`])
    expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
  })

  test.each(['plain', 'require'] as const)('%s: seeds to libtorrent', async encryption => {
    await using dir = await tempDir('interop')
    const { path } = await randomFile(dir.join('seed', 'content.bin'), 1_000_000)
    const made = await makeTorrent(path, dir.join('content.torrent'))
    // Listens for both families on one port.
    await using shoal = await Shoal.open({ host: '::', encryption })
    await shoal.get(made.torrent, { directory: dir.join('seed') })
    await using leecher = await Libtorrent.start({ settings, encryption })
    const peers = [['::1', shoal.port]] as const
    const leech = await leecher.add({ magnet: made.magnet, savePath: dir.join('leech'), peers })
    await leech.done()
    await leech.flushed()
    expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
  })
})
