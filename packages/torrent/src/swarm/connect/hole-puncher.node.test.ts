import { beforeAll, describe, expect, it } from 'vitest'
import { fromHex } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import type { PeerAddress } from '../../transport/transport.ts'
import { parseExtendedHandshake } from '../../wire/extensions/extended-handshake.ts'
import { PexFlag } from '../../wire/extensions/pex-flags.ts'
import {
  encodeHolepunch,
  HolepunchError,
  type HolepunchMessage,
  parseHolepunch,
} from '../../wire/extensions/ut-holepunch.ts'
import { encodePex } from '../../wire/extensions/ut-pex.ts'
import type { RemotePeer } from '../testing/remote-peer.ts'
import { type RemoteOptions, TestSwarm, type TestSwarmOptions } from '../testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'
import { PunchedHoles } from './punched-holes.ts'

const UT_PEX = 2
const UT_HOLEPUNCH = 5
const STRANGER = { host: '81.0.0.9', port: 6881 }

let torrent: TestTorrent
beforeAll(async () => {
  torrent = await testTorrent({ pieces: 8 })
})

/**
 * A swarm whose dials all fail, and the addresses that it dials, with `utp` if nothing else may be
 * used.
 */
async function open(options: TestSwarmOptions = {}) {
  const dialed: string[] = []
  const dial = async ({ host, port, kind }: PeerAddress) => {
    dialed.push(kind ? `${kind} ${host}:${port}` : `${host}:${port}`)
    throw new ShoalError('timeout', 'nobody answers')
  }
  const bench = await TestSwarm.open(torrent, {
    ...options,
    context: { connector: { mayDial: () => true, dial }, ...options.context },
  })
  return { bench, dialed }
}

/** A peer that supports hole punching and listens at port 7000. */
async function join(bench: TestSwarm, ip: string, options: RemoteOptions = {}): Promise<RemotePeer> {
  const { remote } = await bench.connect({ ip, ...options })
  remote.extended({ port: 7000 })
  await bench.pass(10)
  return remote
}

const heard = (remote: RemotePeer) =>
  remote
    .all('extended')
    .filter(text => text.startsWith(`${UT_HOLEPUNCH} `))
    .map(text => parseHolepunch(fromHex(text.slice(2))!))

async function say(bench: TestSwarm, remote: RemotePeer, message: HolepunchMessage): Promise<void> {
  remote.send(out => out.extended(UT_HOLEPUNCH, encodeHolepunch(message)))
  await bench.pass(10)
}

const rendezvous = (address: PeerAddress) => ({ type: 'rendezvous', address }) as const
const connect = (address: PeerAddress) => ({ type: 'connect', address }) as const
const refusal = (address: PeerAddress, code: number) => ({ type: 'error', address, code })

/** Reports by peer exchange that it is connected to the address. */
function exchange(remote: RemotePeer, address: PeerAddress, flags: number): void {
  remote.send(out => out.extended(UT_PEX, encodePex({ added: [{ ...address, flags }], dropped: [] })!))
}

describe('a relay (BEP 55)', () => {
  it('tells two peers to connect to each other', async () => {
    const { bench } = await open()
    const [one, two] = [await join(bench, '80.1.1.1'), await join(bench, '80.1.1.2')]
    await say(bench, one, rendezvous({ host: '80.1.1.2', port: 7000 }))
    expect(heard(one)).toEqual([connect({ host: '80.1.1.2', port: 7000 })])
    expect(heard(two)).toEqual([connect({ host: '80.1.1.1', port: 7000 })])
  })

  it('says why it cannot', async () => {
    const ours = { host: '80.0.0.1', port: 6881 }
    const isOurs = ({ host }: PeerAddress) => host === ours.host
    const ownAddresses = { version: 0, vote() {}, priorityOf: () => 0, isOurs }
    const { bench } = await open({ context: { ownAddresses } })
    const one = await join(bench, '80.1.1.1')
    const { remote: old } = await bench.connect({ ip: '80.1.1.2' })
    old.extended({ port: 7000, extensions: { ut_pex: 2 } })
    const near = await join(bench, '10.0.0.2')
    const { noSuchPeer, notConnected, noSupport, noSelf } = HolepunchError
    const cases = [
      [ours, noSelf],
      [STRANGER, notConnected],
      [{ host: '80.1.1.2', port: 7000 }, noSupport],
      [{ host: '80.1.1.1', port: 7000 }, noSuchPeer],
      [{ host: '80.1.1.2', port: 53 }, noSuchPeer],
      [{ host: '224.0.0.1', port: 7000 }, noSuchPeer],
      [{ host: 'ff02::1', port: 7000 }, noSuchPeer],
      // Others must not learn of its peers in the local network.
      [{ host: '10.0.0.2', port: 7000 }, notConnected],
    ] as const
    for (const [address] of cases) await say(bench, one, rendezvous(address))
    expect(heard(one)).toEqual(cases.map(([address, code]) => refusal(address, code)))
    expect([heard(near), heard(old)]).toEqual([[], []])
  })

  it('ignores peers that do not support it, and all of them when it is off', async () => {
    const { bench } = await open()
    const two = await join(bench, '80.1.1.2')
    const { remote: old } = await bench.connect({ ip: '80.1.1.1' })
    old.extended({ port: 7000, extensions: { ut_pex: 2 } })
    await say(bench, old, rendezvous({ host: '80.1.1.2', port: 7000 }))
    expect(heard(two)).toEqual([])
    expect(old.closed).toBe(false)
    const holes = new PunchedHoles({
      clock: bench.clock,
      isAnonymous: true,
      utp: null,
      transports: { all: [] },
    })
    const { bench: off } = await open({ context: { holes } })
    const [one, other] = [await join(off, '80.1.1.1'), await join(off, '80.1.1.2')]
    const [, handshake] = one.all('extended')[0]!.split(' ')
    expect(parseExtendedHandshake(fromHex(handshake!)!).extensions.ut_holepunch).toBeUndefined()
    await say(off, one, rendezvous({ host: '80.1.1.2', port: 7000 }))
    expect([heard(one), heard(other)]).toEqual([[], []])
  })

  it('does so for one peer, and to one peer, within limits', async () => {
    const { bench } = await open()
    const two = await join(bench, '80.1.1.2')
    const askers = [await join(bench, '80.1.1.3'), await join(bench, '80.1.1.4')]
    for (const asker of askers)
      for (let i = 0; i < 30; i++) await say(bench, asker, rendezvous({ host: '80.1.1.2', port: 7000 }))
    expect(heard(two)).toHaveLength(20)
    expect(heard(askers[0]!)).toHaveLength(20)
    expect(new Set(heard(askers[1]!).map(message => message?.type))).toEqual(new Set(['error']))
    await bench.pass(30_000)
    await say(bench, askers[0]!, rendezvous({ host: '80.1.1.2', port: 7000 }))
    expect(heard(two)).toHaveLength(21)
  })

  it('ends the connection after a malformed message', async () => {
    const { bench } = await open()
    const one = await join(bench, '80.1.1.1')
    one.send(out => out.extended(UT_HOLEPUNCH, Uint8Array.of(0, 0, 1)))
    await bench.pass(10)
    expect(one.closed).toBe(true)
  })
})

describe('a peer that a relay names (BEP 55)', () => {
  it('is dialed over uTP, and forgotten if it does not answer', async () => {
    const { bench, dialed } = await open()
    const relay = await join(bench, '80.1.1.1')
    await say(bench, relay, connect(STRANGER))
    expect(dialed).toEqual(['utp 81.0.0.9:6881'])
    expect(bench.swarm.pool.find(STRANGER)).toBeUndefined()
    expect(bench.log.at(-1)).toContain('no hole to 81.0.0.9:6881 through 80.1.1.1')
    await bench.pass(60_000)
    expect(dialed).toHaveLength(1)
  })

  it('is not dialed if it is blocked, banned, connected, local or no peer', async () => {
    const context = { isBlocked: (host: string) => host === '81.0.0.1' }
    const { bench, dialed } = await open({ context })
    const relay = await join(bench, '80.1.1.1')
    await join(bench, '80.1.1.2')
    const { peer } = await bench.connect({ ip: '80.1.1.3', kind: 'utp' })
    bench.swarm.pool.ban('81.0.0.2')
    const addresses = [
      { host: '81.0.0.1', port: 6881 },
      { host: '81.0.0.2', port: 6881 },
      { host: '80.1.1.2', port: 7000 },
      peer!.link.connection.remote,
      { host: '192.168.1.1', port: 6881 },
      { host: '127.0.0.1', port: 6881 },
      { host: '0.0.0.0', port: 6881 },
      { host: '255.255.255.255', port: 6881 },
      { host: '81.0.0.3', port: 53 },
    ]
    for (const address of addresses) await say(bench, relay, connect(address))
    expect(dialed).toEqual([])
    const neighbor = await join(bench, '192.168.1.9')
    for (const address of addresses) await say(bench, neighbor, connect(address))
    expect(dialed).toEqual(['utp 192.168.1.1:6881'])
    expect(relay.closed).toBe(false)
  })

  it('is one of few that one relay, or all of them together, can name', async () => {
    const { bench, dialed } = await open({ settings: { pex: false } })
    const relay = await join(bench, '80.1.1.1')
    for (let i = 0; i < 50; i++) await say(bench, relay, connect({ host: `81.0.1.${i}`, port: 6881 }))
    expect(dialed).toHaveLength(10)
    for (let number = 2; number < 20; number++) {
      const other = await join(bench, `80.1.1.${number}`)
      for (let i = 0; i < 10; i++)
        await say(bench, other, connect({ host: `81.0.${number}.${i}`, port: 6881 }))
    }
    // A burst of 20, then one every other second.
    expect(dialed.length).toBeGreaterThanOrEqual(20)
    expect(dialed.length).toBeLessThan(24)
  })

  it('is dialed for a private torrent only if a tracker named it, too (BEP 27)', async () => {
    const { bench, dialed } = await open()
    Object.assign(bench.swarm.state.torrent, { isPrivate: true })
    const relay = await join(bench, '80.1.1.1')
    await say(bench, relay, connect(STRANGER))
    expect(dialed).toEqual([])
    bench.swarm.addAddresses([STRANGER], 'tracker')
    await bench.pass(10)
    expect(dialed).toEqual(['81.0.0.9:6881'])
    await say(bench, relay, connect(STRANGER))
    expect(dialed).toEqual(['81.0.0.9:6881', 'utp 81.0.0.9:6881'])
    expect(bench.swarm.pool.find(STRANGER)).toBeDefined()
  })
})

describe('an address where nobody answers (BEP 55)', () => {
  it('is asked for at the peer that told us of it, and then dialed', async () => {
    const { bench, dialed } = await open()
    const [other, relay] = [await join(bench, '80.1.1.1'), await join(bench, '80.1.1.2')]
    exchange(relay, STRANGER, PexFlag.holepunch | PexFlag.utp)
    await bench.pass(20)
    expect(dialed).toEqual(['81.0.0.9:6881'])
    expect([heard(relay), heard(other)]).toEqual([[rendezvous(STRANGER)], []])
    await say(bench, relay, connect(STRANGER))
    expect(dialed).toEqual(['81.0.0.9:6881', 'utp 81.0.0.9:6881'])
    expect(bench.swarm.pool.find(STRANGER)).toBeDefined()
  })

  it('is asked for at few others if that peer cannot help, or says nothing', async () => {
    const { bench, dialed } = await open()
    const relays: RemotePeer[] = []
    for (let i = 1; i < 8; i++) relays.push(await join(bench, `80.1.1.${i}`))
    exchange(relays[3]!, STRANGER, PexFlag.holepunch)
    await bench.pass(20)
    const asked = () => relays.filter(relay => heard(relay).length > 0).length
    expect(asked()).toBe(1)
    // Answers of other peers do not count.
    await say(bench, relays[0]!, { type: 'error', address: STRANGER, code: HolepunchError.notConnected })
    expect(asked()).toBe(1)
    await say(bench, relays[3]!, { type: 'error', address: STRANGER, code: HolepunchError.noSupport })
    expect(asked()).toBe(2)
    await bench.pass(8000)
    expect(asked()).toBe(3)
    await bench.pass(8000)
    expect(asked()).toBe(3)
    expect(bench.log.at(-1)).toBe('no hole to 81.0.0.9:6881: no relay answers')
    expect(dialed.every(address => address === '81.0.0.9:6881')).toBe(true)
  })

  it('is not asked for in other networks, or if somebody refused to talk to us', async () => {
    const dial = async () => {
      throw new ShoalError('bad-message', 'it answered for another torrent')
    }
    const { bench } = await open({ context: { connector: { mayDial: () => true, dial } } })
    const relay = await join(bench, '80.1.1.1')
    bench.swarm.addAddresses([STRANGER], 'tracker')
    await bench.pass(20)
    const { bench: second } = await open()
    const far = await join(second, '80.1.1.1')
    second.swarm.addAddresses([{ host: '192.168.1.7', port: 6881 }], 'tracker')
    await second.pass(20)
    expect([heard(relay), heard(far)]).toEqual([[], []])
  })

  it('asks one peer within limits, and forgets what it waits for when the torrent pauses', async () => {
    const { bench } = await open()
    const relay = await join(bench, '80.1.1.1')
    const addresses = Array.from({ length: 40 }, (_, i) => ({ host: `81.0.1.${i}`, port: 6881 }))
    bench.swarm.addAddresses(addresses, 'tracker')
    await bench.pass(20)
    expect(heard(relay)).toHaveLength(10)
    bench.swarm.pause()
    await bench.pass(60_000)
    expect(bench.log.filter(line => line.includes('no relay answers'))).toEqual([])
  })
})
