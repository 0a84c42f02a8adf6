import { expect, test } from 'vitest'
import { hex } from '../base/bytes.ts'
import { createTorrent } from '../hash/create.ts'
import { Loopback } from './testing/loopback.ts'

test.each(['v1', 'v2', 'hybrid'] as const)(
  'a %s torrent is downloaded by the 20 bytes that the DHT names it by (BEP 46)',
  async version => {
    await using loop = await Loopback.make()
    await loop.torrent('content', { 'a.bin': 200_000, 'b.bin': 70_000 })
    const metainfo = await createTorrent(loop.path('content'), { version, pieceLengthBytes: 32_768 })
    const { v1, v2 } = metainfo.info.infoHashes
    const seed = await loop.open({ directory: loop.folder })
    await (await seed.add(metainfo)).whenComplete()
    for (const hash of [v1, v2?.subarray(0, 20)].filter(each => each !== undefined)) {
      const leech = await loop.open({ directory: loop.path('down', hex(hash)) })
      const torrent = await leech.add(`magnet:?xt=urn:btih:${hex(hash)}&x.pe=127.0.0.1:${seed.port}`)
      await torrent.whenComplete()
      expect(torrent.infoHashes).toEqual(metainfo.info.infoHashes)
      expect(leech.find(hash)).toBe(torrent)
      await leech.close()
    }
  },
)
