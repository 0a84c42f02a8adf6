/**
 * Our session and a real Transmission, which updates interest only every ten seconds, so the
 * transfers run concurrently. It treats all connections from one IP address as one peer, so each
 * torrent is for one of our sessions, and they connect one after the other.
 */
import { limitMs, until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { difference, randomFile, randomTree, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'
import { Transmission, transmissionShow } from './support/transmission.ts'

const BYTES = 2_000_001
const OURS = ['plain', 'prefer', 'require'] as const

describe.skipIf(missing('transmission-daemon'))('Transmission', { concurrent: true }, () => {
  // Transmission's `plain` avoids encryption and accepts it.
  test.each([
    ['plain', { plain: true, prefer: true, require: true }],
    ['prefer', { plain: true, prefer: true, require: true }],
    ['require', { plain: false, prefer: true, require: true }],
  ] as const)(
    '%s: seeds to our compatible policies and downloads from them',
    async (theirs, isCompatible) => {
      await using dir = await tempDir('interop')
      await using transmission = await Transmission.start({ directory: dir.join('tr'), encryption: theirs })
      await using sessions = new AsyncDisposableStack()

      // Each resolves when the two are connected or have failed to connect, to a function that
      // waits for the end of the transfer.
      const downloadFromIt = async (encryption: (typeof OURS)[number], seed: number) => {
        const folder = dir.join('theirs', encryption)
        const { path } = await randomFile(`${folder}/content.bin`, BYTES, seed)
        const made = await makeTorrent(path, `${folder}.torrent`, { version: 'v1' })
        await transmission.done(await transmission.add({ torrent: made.torrent }, folder))
        const shoal = sessions.use(await Shoal.open({ encryption, directory: dir.join('got', encryption) }))
        const leech = await shoal.add(made.magnet, { peers: [`127.0.0.1:${transmission.port}`] })
        if (!isCompatible[encryption]) {
          await expect(leech.whenMetadata({ signal: AbortSignal.timeout(limitMs(3)) })).rejects.toThrow()
          return () => {}
        }
        await until('we are connected to it', () => leech.stats.peers > 0)
        return async () => {
          await shoal.done(leech)
          expect(await difference(folder, dir.join('got', encryption))).toBeNull()
        }
      }

      const seedToIt = async (encryption: (typeof OURS)[number], seed: number) => {
        const folder = dir.join('ours', encryption)
        const { path } = await randomFile(`${folder}/content-${encryption}.bin`, BYTES, seed)
        const made = await makeTorrent(path, `${folder}.torrent`, { version: 'v1' })
        const shoal = sessions.use(await Shoal.open({ encryption }))
        const seeding = await shoal.get(made.torrent, { directory: folder })
        const downloads = dir.join('to', encryption)
        // Add one by magnet, so that we send the metadata. Transmission 3 ignores the peers in a
        // magnet link, so we connect to it.
        const source = encryption === 'prefer' ? { magnet: made.magnet } : { torrent: made.torrent }
        const id = await transmission.add(source, downloads)
        seeding.addPeer(`127.0.0.1:${transmission.port}`)
        if (!isCompatible[encryption]) {
          await expect(transmission.done(id, 3000)).rejects.toThrow('Not within')
          expect((await transmission.status(id)).percentDone).toBe(0)
          return () => {}
        }
        // Failed attempts are repeated after 10, 20 and 40 seconds.
        await until('it is connected to us', () => seeding.stats.peers > 0, { timeoutMs: limitMs(70) })
        return async () => {
          await transmission.done(id)
          expect(await difference(folder, downloads)).toBeNull()
        }
      }

      const ends = []
      for (const [i, policy] of OURS.entries())
        ends.push(await downloadFromIt(policy, 10 + i), await seedToIt(policy, 20 + i))
      await Promise.all(ends.map(end => end()))
    },
  )

  test('transfers a folder in both directions', async () => {
    await using dir = await tempDir('interop')
    await using transmission = await Transmission.start({ directory: dir.join('tr') })
    await using shoal = await Shoal.open()
    const make = async (name: string, seed: number) => {
      await randomTree(dir.join(name, 'tree'), { 'a.bin': 100_000, 'b/c.bin': 1_000_000, 'd.bin': 1 }, seed)
      return makeTorrent(dir.join(name, 'tree'), dir.join(`${name}.torrent`), { version: 'v1' })
    }
    const [ours, theirs] = [await make('ours', 1), await make('theirs', 2)]
    const seed = await shoal.get(ours.torrent, { directory: dir.join('ours') })
    const id = await transmission.add({ torrent: ours.torrent })
    await transmission.done(await transmission.add({ torrent: theirs.torrent }, dir.join('theirs')))
    seed.addPeer(`127.0.0.1:${transmission.port}`)
    await until('it is connected to us', () => seed.stats.peers > 0)
    await shoal.get(theirs.magnet, {
      directory: dir.join('leech'),
      peers: [`127.0.0.1:${transmission.port}`],
    })
    await transmission.done(id)
    expect(await difference(dir.join('ours'), transmission.downloads)).toBeNull()
    expect(await difference(dir.join('theirs'), dir.join('leech'))).toBeNull()
  })
})

describe.skipIf(missing('transmission-show', 'libtorrent'))('Transmission and hybrid torrents', () => {
  test('reads our hybrid torrents if it reads those of libtorrent (version 3 reads neither)', async () => {
    await using dir = await tempDir('interop')
    const { path } = await randomFile(dir.join('content.bin'), 100_000)
    const [ours, theirs] = [dir.join('ours.torrent'), dir.join('theirs.torrent')]
    await makeTorrent(path, ours)
    await using libtorrent = await Libtorrent.start()
    await libtorrent.create(path, theirs)
    const reads = (torrent: string) =>
      transmissionShow(torrent).then(
        () => true,
        () => false,
      )
    expect(await reads(ours)).toBe(await reads(theirs))
  })
})
