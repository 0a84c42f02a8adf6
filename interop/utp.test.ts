/**
 * uTP (BEP 29) between our session and real clients that use nothing else, and on impaired links.
 */
import { describe, expect, test } from 'vitest'
import type { SessionEnvironment } from '../packages/torrent/src/session/environment.ts'
import { UtpTransport } from '../packages/torrent/src/transport/utp/utp-transport.ts'
import { difference, randomFile, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { cannotCreateLink, Link } from './support/link.ts'
import { PipeEnd } from './support/pipes/pipe-end.ts'
import { freePort } from './support/ports.ts'
import { QBittorrent } from './support/qbittorrent.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'

const BYTES = 5_000_001
const UTP_ONLY: SessionEnvironment = { createTransports: services => [new UtpTransport(services)] }
const CASES = [
  { version: 'v1', host: '127.0.0.1', encryption: 'plain' },
  { version: 'hybrid', host: '::1', encryption: 'require' },
] as const

/** libtorrent without TCP. It does not report a port that it chose itself. */
async function startLibtorrent(host: string, encryption: 'plain' | 'require') {
  const port = await freePort()
  const settings = {
    listen_interfaces: host === '::1' ? `[::1]:${port}` : `${host}:${port}`,
    enable_incoming_utp: true,
    enable_outgoing_utp: true,
    enable_incoming_tcp: false,
    enable_outgoing_tcp: false,
  }
  const peer = await Libtorrent.start({ settings, encryption })
  return { peer, port, [Symbol.asyncDispose]: () => peer.stop() }
}

describe.skipIf(missing('libtorrent'))('libtorrent over uTP', { concurrent: true }, () => {
  test.each(CASES)('seeds $version to us at $host, $encryption', async ({ version, host, encryption }) => {
    await using dir = await tempDir('interop')
    const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
    const made = await makeTorrent(path, dir.join('content.torrent'), { version })
    await using seeder = await startLibtorrent(host, encryption)
    await seeder.peer.add({ torrent: made.torrent, savePath: dir.join('seed'), seedMode: true })
    await using shoal = await Shoal.open({ host, directory: dir.join('leech'), encryption }, UTP_ONLY)
    const leech = await shoal.add(made.magnet, { peers: [address(host, seeder.port)] })
    const kinds = new Set<string>()
    leech.on('piece', () => {
      for (const { kind } of leech.peers()) kinds.add(kind)
    })
    await shoal.done(leech)
    expect([...kinds]).toEqual(['utp'])
    expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
  })

  test.each(CASES)(
    'downloads $version from us at $host, $encryption',
    async ({ version, host, encryption }) => {
      await using dir = await tempDir('interop')
      const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
      const made = await makeTorrent(path, dir.join('content.torrent'), { version })
      await using shoal = await Shoal.open({ host, encryption }, UTP_ONLY)
      await shoal.get(made.torrent, { directory: dir.join('seed') })
      await using leecher = await startLibtorrent(host, encryption)
      const peers = [[host, shoal.port]] as const
      const leech = await leecher.peer.add({ magnet: made.magnet, savePath: dir.join('leech'), peers })
      await leech.done()
      await leech.flushed()
      expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
    },
  )
})

describe.skipIf(missing('qbittorrent-nox'))('qbittorrent-nox over uTP', { concurrent: true }, () => {
  test('seeds to us, and downloads from us', async () => {
    await using dir = await tempDir('interop')
    const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
    const made = await makeTorrent(path, dir.join('content.torrent'))
    await using seeder = await QBittorrent.start(dir.join('seeder'))
    await seeder.add(made.torrent, dir.join('seed'), { complete: true })
    await using shoal = await Shoal.open({ directory: dir.join('ours') }, UTP_ONLY)
    await shoal.get(made.torrent, { peers: [`127.0.0.1:${seeder.port}`] })
    expect(await difference(dir.join('seed'), dir.join('ours'))).toBeNull()
    await using leecher = await QBittorrent.start(dir.join('leecher'))
    await leecher.add(made.torrent, dir.join('theirs'))
    await leecher.connect(shoal.address)
    await leecher.done()
    expect(await difference(dir.join('seed'), dir.join('theirs'))).toBeNull()
  })
})

describe.skipIf(cannotCreateLink)('uTP on a link', { concurrent: true }, () => {
  test('finds that a path carries only small packets', async () => {
    await using link = await Link.create({ bitsPerSecond: 20e6, roundTripMs: 20, largestPacketBytes: 1280 })
    await using sink = await PipeEnd.start('shoal', link.far.within)
    await using source = await PipeEnd.start('shoal', link.near.within)
    await source.flood(link.far.ipv6, await sink.listen(link.far.ipv6), 3_000_000)
    await sink.received(3_000_000)
    const { there } = await link.measure()
    expect(there.tooLarge).toBeGreaterThan(0)
    expect(there.tooLarge).toBeLessThan(20)
    expect(there.bytes / there.frames).toBeGreaterThan(1100)
  })
})

function address(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
