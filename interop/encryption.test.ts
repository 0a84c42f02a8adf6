/**
 * Message stream encryption: each of our policies with each of libtorrent's, in both directions.
 */
import { describe, expect, test } from 'vitest'
import { difference, randomFile, tempDir } from './support/files.ts'
import { Libtorrent, type PeerEncryption } from './support/libtorrent.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'

const BYTES = 300_000
const OURS = ['plain', 'prefer', 'require'] as const

/**
 * The outcome of a connection by our policy and libtorrent's: whether the payload is encrypted, or
 * null if the policies are incompatible. libtorrent's `handshake` requires an encrypted handshake
 * and allows only plain payload.
 */
const OUTCOME: Record<(typeof OURS)[number], Record<PeerEncryption, boolean | null>> = {
  plain: { plain: false, prefer: false, handshake: null, require: null },
  prefer: { plain: false, prefer: true, handshake: false, require: true },
  require: { plain: null, prefer: true, handshake: null, require: true },
}

describe.skipIf(missing('libtorrent'))('encryption', { concurrent: true }, () => {
  describe.each(['plain', 'prefer', 'handshake', 'require'] as const)('libtorrent: %s', theirs => {
    test('seeds to each of our compatible policies', async () => {
      await using dir = await tempDir('interop')
      await using seeder = await Libtorrent.start({ encryption: theirs })
      const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
      const torrent = dir.join('content.torrent')
      await seeder.create(path, torrent, { version: 'v1' })
      await seeder.add({ torrent, savePath: dir.join('seed'), seedMode: true })
      const refused = []
      for (const encryption of OURS) {
        await using shoal = await Shoal.open({ encryption, directory: dir.join(encryption) })
        const leech = await shoal.add(torrent, { peers: [`127.0.0.1:${seeder.port}`] })
        const encrypted = new Set<boolean>()
        leech.on('piece', () => {
          for (const peer of leech.peers()) encrypted.add(peer.encrypted)
        })
        if (OUTCOME[encryption][theirs] === null) {
          // Failed attempts are repeated soon, so two seconds are enough for a wrong one to
          // succeed.
          refused.push(
            shoal
              .done(leech, 2000)
              .then(() => encryption)
              .catch(() => null),
          )
          await refused.at(-1)
          expect(leech.stats.haveBytes).toBe(0)
          continue
        }
        await shoal.done(leech)
        expect([encryption, ...encrypted]).toEqual([encryption, OUTCOME[encryption][theirs]])
        expect(await difference(dir.join('seed'), dir.join(encryption))).toBeNull()
      }
      expect((await Promise.all(refused)).filter(Boolean)).toEqual([])
    })

    test('downloads from each of our compatible policies', async () => {
      await using dir = await tempDir('interop')
      await using leecher = await Libtorrent.start({ encryption: theirs })
      for (const encryption of OURS) {
        const folder = dir.join('seed', encryption)
        const { path } = await randomFile(`${folder}/content.bin`, BYTES, OURS.indexOf(encryption))
        const { torrent } = await makeTorrent(path, dir.join(`${encryption}.torrent`))
        await using shoal = await Shoal.open({ encryption })
        await shoal.get(torrent, { directory: folder })
        const savePath = dir.join('leech', encryption)
        const leech = await leecher.add({ torrent, savePath, peers: [shoal.endpoint] })
        const isCompatible = OUTCOME[encryption][theirs] !== null
        const done = leech.done(isCompatible ? 60_000 : 2000)
        if (!isCompatible) {
          await expect(done).rejects.toThrow('not done')
          expect((await leech.status()).haveBytes).toBe(0)
          continue
        }
        await done
        await leech.flushed()
        expect(await difference(folder, savePath)).toBeNull()
      }
    })
  })
})
