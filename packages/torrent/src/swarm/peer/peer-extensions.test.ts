import { beforeAll, describe, expect, it } from 'vitest'
import { offeredExtensions } from '#offered-extensions'
import { fromHex } from '../../base/bytes.ts'
import { parseExtendedHandshake } from '../../wire/extensions/extended-handshake.ts'
import type { PexPeer } from '../../wire/extensions/pex-flags.ts'
import { encodePex } from '../../wire/extensions/ut-pex.ts'
import type { RemotePeer } from '../testing/remote-peer.ts'
import { TestSwarm } from '../testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'

const UT_PEX = 2

let torrent: TestTorrent
beforeAll(async () => {
  torrent = await testTorrent({ pieces: 8 })
})

const pex = (remote: RemotePeer, added: PexPeer[]) =>
  remote.send(out => out.extended(UT_PEX, encodePex({ added, dropped: [] })!))

describe('the extended handshake (BEP 10)', () => {
  it('names our client, what we have and the address of the peer', async () => {
    const bench = await TestSwarm.open(torrent, { have: 'all' })
    const { remote, peer } = await bench.connect({ ip: '80.1.2.3' })
    const [, payload] = remote.all('extended')[0]!.split(' ')
    const offered = offeredExtensions(bench.swarm.state, { host: '80.1.2.3', port: 1 })
    expect(parseExtendedHandshake(fromHex(payload!)!)).toEqual({
      extensions: { ...offered, ut_metadata: 1, lt_donthave: 3, upload_only: 4 },
      client: 'Test',
      port: 6881,
      requestQueue: 2000,
      yourIp: '80.1.2.3',
      metadataSize: torrent.metainfo.info.bytes.length,
      uploadOnly: true,
    })
    remote.extended({ client: 'Other 1.0' })
    await bench.pass(10)
    expect(peer!.client).toBe('Other 1.0')
  })

  it('says nothing about us or the address of the peer to whoever is not to know who we are', async () => {
    const context = { isAnonymous: true, userAgent: '', ports: { for: () => 0 } }
    const bench = await TestSwarm.open(torrent, { have: 'all', context })
    const { remote } = await bench.connect({ ip: '80.1.2.3' })
    const [, payload] = remote.all('extended')[0]!.split(' ')
    const { client, port, yourIp } = parseExtendedHandshake(fromHex(payload!)!)
    expect([client, port, yourIp]).toEqual([undefined, undefined, undefined])
  })

  it('is not sent to peers without the extension, and offers no peer exchange for private torrents (BEP 27)', async () => {
    const bench = await TestSwarm.open(torrent, { settings: { pex: false } })
    const old = await bench.connect({ features: { extended: false } })
    expect(old.remote.all('extended')).toEqual([])
    const { remote } = await bench.connect()
    const [, payload] = remote.all('extended')[0]!.split(' ')
    expect(parseExtendedHandshake(fromHex(payload!)!).extensions.ut_pex).toBeUndefined()
    pex(remote, [{ host: '80.9.9.9', port: 1, flags: 0 }])
    await bench.pass(5000)
    expect(bench.dialled).toEqual([])
  })

  it('ends the connection if it is garbage', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote } = await bench.connect()
    remote.send(out => out.extended(0, Uint8Array.of(1, 2, 3)))
    await bench.pass(10)
    expect(remote.closed).toBe(true)
  })

  it('ignores messages of extensions that we did not offer', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote } = await bench.connect()
    remote.send(out => out.extended(99, Uint8Array.of(1, 2, 3)))
    await bench.pass(10)
    expect(remote.closed).toBe(false)
  })
})
