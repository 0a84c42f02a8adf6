import { beforeAll, describe, expect, it } from 'vitest'
import { fromHex } from '../../base/bytes.ts'
import { PexFlag, type PexPeer } from '../../wire/extensions/pex-flags.ts'
import { encodePex, parsePex } from '../../wire/extensions/ut-pex.ts'
import type { RemotePeer } from '../testing/remote-peer.ts'
import { TestSwarm } from '../testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'

const UT_PEX = 2

let torrent: TestTorrent
beforeAll(async () => {
  torrent = await testTorrent({ pieces: 8 })
})

const pexHeard = (remote: RemotePeer) =>
  remote
    .all('extended')
    .filter(text => text.startsWith(`${UT_PEX} `))
    .map(text => parsePex(fromHex(text.slice(2))!))

const pex = (remote: RemotePeer, added: PexPeer[]) =>
  remote.send(out => out.extended(UT_PEX, encodePex({ added, dropped: [] })!))

describe('peer exchange (BEP 11)', () => {
  it('sends each peer the others, then the changes, once a minute', async () => {
    const bench = await TestSwarm.open(torrent)
    const listening = await bench.connect({ ip: '80.1.1.1' })
    listening.remote.extended({ port: 7000 })
    const silent = await bench.connect({ ip: '80.1.1.2' })
    silent.remote.extended()
    await bench.pass(2000)
    expect(pexHeard(silent.remote)).toEqual([
      { added: [{ host: '80.1.1.1', port: 7000, flags: PexFlag.holepunch }], dropped: [] },
    ])
    // A peer receives neither its own address nor peers whose port is unknown.
    expect(pexHeard(listening.remote)).toEqual([])
    const seed = await bench.connect({ ip: '80.1.1.3', outgoing: true })
    seed.remote.send(out => out.haveAll())
    listening.remote.connection.close()
    await bench.pass(30_000)
    expect(pexHeard(silent.remote)).toHaveLength(1)
    await bench.pass(40_000)
    const { port } = seed.peer!.link.connection.remote
    expect(pexHeard(silent.remote)[1]).toEqual({
      added: [{ host: '80.1.1.3', port, flags: PexFlag.uploadOnly | PexFlag.reachable }],
      dropped: [expect.objectContaining({ host: '80.1.1.1', port: 7000 })],
    })
    expect(parsePex(encodePex({ added: [], dropped: [] }) ?? fromHex('6465')!)).toEqual({
      added: [],
      dropped: [],
    })
  })

  it('says who speaks uTP, and who supports hole punching, once that is known', async () => {
    const bench = await TestSwarm.open(torrent)
    const peer = await bench.connect({ ip: '80.1.1.1', kind: 'utp', outgoing: true })
    const other = await bench.connect({ ip: '80.1.1.3', outgoing: true })
    other.remote.extended({ extensions: { ut_pex: 2 } })
    const listener = await bench.connect({ ip: '80.1.1.2' })
    listener.remote.extended()
    await bench.pass(2000)
    const { reachable, utp, holepunch } = PexFlag
    expect(pexHeard(listener.remote)).toMatchObject([{ added: [{ host: '80.1.1.3', flags: reachable }] }])
    peer.remote.extended()
    await bench.pass(60_000)
    expect(pexHeard(listener.remote)[1]).toMatchObject({
      added: [{ host: '80.1.1.1', flags: reachable | utp | holepunch }],
    })
  })

  it('adds addresses to dial, at most once a minute', async () => {
    const bench = await TestSwarm.open(torrent)
    const { remote } = await bench.connect()
    remote.extended()
    for (let message = 0; message < 50; message++)
      pex(
        remote,
        Array.from({ length: 50 }, (_, i) => ({ host: `81.0.${message}.${i}`, port: 1, flags: 0 })),
      )
    await bench.pass(20_000)
    expect(bench.swarm.pool.size).toBe(50)
    expect(new Set(bench.dialled).size).toBe(50)
    await bench.pass(40_000)
    pex(remote, [{ host: '82.0.0.1', port: 1, flags: 0 }])
    await bench.pass(10)
    expect(bench.swarm.pool.size).toBe(51)
  })
})
