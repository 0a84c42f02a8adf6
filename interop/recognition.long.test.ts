/**
 * Shoal peers recognize each other over every transport (`sh_peer`), in one swarm with clients that
 * notice nothing.
 */
import { readFile } from 'node:fs/promises'
import { limitMs, until } from '@shoal/testing'
import type { SessionOptions } from '@shoal/torrent'
import { describe, expect, test } from 'vitest'
import type { SessionEnvironment } from '../packages/torrent/src/session/environment.ts'
import { TestRecognition } from '../packages/torrent/src/swarm/testing/test-recognition.ts'
import { UtpTransport } from '../packages/torrent/src/transport/utp/utp-transport.ts'
import { difference, randomFile, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { Node } from './support/node.ts'
import { QBittorrent } from './support/qbittorrent.ts'
import { startRecorder } from './support/recorder.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'
import { Transmission } from './support/transmission.ts'
import { openWsTracker } from './support/ws-tracker.ts'

const BYTES = 8 * 1024 * 1024
/**
 * The rest of a download has no receipt if it is smaller, so that receipts are at most 0.1 % of the
 * traffic.
 */
const LEAST_RECEIPT_BYTES = 256 * 1024
const LIMITS = { uploadBytesPerSecond: 4 * 1024 * 1024, limitLocalPeers: true }
const UTP: SessionEnvironment = { createTransports: services => [new UtpTransport(services)] }

describe('two Shoal sessions recognize each other', { concurrent: true }, () => {
  // Tests of sessions cover all transports, plain and encrypted; below are TCP, plain and between
  // nodes.
  test.each<[string, string, SessionOptions, SessionEnvironment]>([
    ['uTP with message stream encryption', 'utp', { encryption: 'require' }, UTP],
    ['WebRTC', 'webrtc', { port: null, trackers: true, webrtc: {} }, {}],
  ])('over %s', async (_, kind, options, environment) => {
    await using dir = await tempDir('recognition')
    await using tracker = await openWsTracker()
    const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
    const made = await makeTorrent(path, dir.join('content.torrent'), {
      ...(kind === 'webrtc' && { trackers: [[tracker.url]] }),
    })
    const [giver, taker] = [new TestRecognition(1), new TestRecognition(2)]
    await using seed = await Shoal.open({ ...options, recognition: giver, limits: LIMITS }, environment)
    await seed.get(made.torrent, { directory: dir.join('seed') })
    await using leech = await Shoal.open({ ...options, recognition: taker }, environment)
    const peers = kind === 'webrtc' ? {} : { peers: [seed.address] }
    const got = await leech.add(made.torrent, { directory: dir.join('leech'), ...peers })
    await until('both know each other', () => giver.recognized.length + taker.recognized.length >= 2)
    expect(got.peers()).toMatchObject([{ kind }])
    await leech.done(got)
    expect(taker.recognized).toMatchObject([{ key: giver.name, isBound: true }])
    expect(giver.recognized).toMatchObject([{ key: taker.name, isBound: true }])
    // Two sessions may have two WebRTC connections for a moment. Each is an epoch, whose last
    // receipt counts.
    const confirmed = () => [...new Map(giver.receipts.map(({ epoch, bytes }) => [epoch, bytes])).values()]
    const sum = () => confirmed().reduce((sum, bytes) => sum + bytes, 0)
    await until('all is confirmed that is worth a receipt', () => sum() > BYTES - LEAST_RECEIPT_BYTES)
    expect(sum()).toBeLessThanOrEqual(BYTES)
    expect(taker.conduct.get(giver.name)).toMatchObject({ downloadedBytes: BYTES, failedPieces: 0, junk: 0 })
    expect([...giver.refused, ...taker.refused]).toEqual([])
  })
})

test('an exchange that was recorded proves nothing on another connection', async () => {
  await using dir = await tempDir('recognition')
  const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
  const made = await makeTorrent(path, dir.join('content.torrent'))
  const [giver, taker] = [new TestRecognition(1), new TestRecognition(2)]
  const plain = { encryption: 'plain', utp: false } as const
  await using seed = await Shoal.open({ ...plain, recognition: giver, limits: LIMITS })
  await seed.get(made.torrent, { directory: dir.join('seed') })
  await using recorder = await startRecorder(Number(seed.address.split(':')[1]))
  {
    await using leech = await Shoal.open({ ...plain, recognition: taker })
    await leech.add(made.torrent, { directory: dir.join('leech'), peers: [recorder.address] })
    await until('both know each other', () => giver.recognized.length + taker.recognized.length >= 2)
    expect([...giver.refused, ...taker.refused]).toEqual([])
  }
  await recorder.replay()
  await until('the replay is refused', () => giver.refused.length > 0)
  expect(giver.refused).toEqual(['not-proved'])
  expect(giver.recognized).toMatchObject([{ key: taker.name, isBound: false }])
})

describe.skipIf(missing('libtorrent', 'qbittorrent-nox', 'transmission-daemon'))('in one swarm', () => {
  test('libtorrent, qBittorrent and Transmission notice nothing, and two nodes recognize each other', async () => {
    await using dir = await tempDir('recognition')
    const { path } = await randomFile(dir.join('one', 'seed', 'content.bin'), BYTES)
    // Transmission 3 does not support hybrid torrents.
    const made = await makeTorrent(path, dir.join('content.torrent'), { version: 'v1' })
    const torrent = (await readFile(made.torrent)).toString('base64')
    await using one = await Node.start({ folder: dir.join('one') })
    await using two = await Node.start({ folder: dir.join('two') })
    const id = made.v1!
    await one.api.addTorrent({ torrent, directory: dir.join('one', 'seed') })
    await one.whenTorrent(id, ({ state }) => state === 'seeding')
    await one.api.changeSettings({ limits: LIMITS })
    const source = `127.0.0.1:${await one.peerPort()}`
    await two.api.addTorrent({ torrent })
    await two.api.addPeers({ id, addresses: [source] })
    const other = await two.peerPort()

    await using libtorrent = await Libtorrent.start()
    const leech = await libtorrent.add({
      torrent: made.torrent,
      savePath: dir.join('libtorrent'),
      peers: [
        ['127.0.0.1', await one.peerPort()],
        ['127.0.0.1', other],
      ],
    })
    await using qbittorrent = await QBittorrent.start(dir.join('qbittorrent', 'profile'))
    await qbittorrent.add(made.torrent, dir.join('qbittorrent', 'files'))
    await qbittorrent.connect(source)
    await qbittorrent.connect(`127.0.0.1:${other}`)
    await using transmission = await Transmission.start({ directory: dir.join('transmission') })
    const number = await transmission.add({ torrent: made.torrent })
    await one.api.addPeers({ id, addresses: [`127.0.0.1:${transmission.port}`] })

    // They may both be complete by now, and no longer connected.
    await until('the nodes know each other', async () => {
      const people = await Promise.all([one, two].map(node => node.api.listPeople({ limit: 10 })))
      return people.every(({ items }) => items.length > 0)
    })
    await two.whenTorrent(id, ({ state }) => state === 'seeding', limitMs(120))
    await leech.done(limitMs(120))
    await qbittorrent.done()
    await until(
      'Transmission is complete',
      async () => (await transmission.status(number)).percentDone === 1,
      {
        timeoutMs: limitMs(120),
      },
    )
    await leech.flushed()
    for (const copy of [
      two.downloads,
      dir.join('libtorrent'),
      dir.join('qbittorrent', 'files'),
      transmission.downloads,
    ])
      expect(await difference(dir.join('one', 'seed'), copy)).toBeNull()

    const [seen, known] = await Promise.all([one, two].map(node => node.api.listPeople({ limit: 10 })))
    expect(seen!.items.map(({ key }) => key)).toEqual([known!.ownKey])
    expect(known!.items.map(({ key }) => key)).toEqual([seen!.ownKey])
    expect(known!.items[0]!.downloadedBytes).toBeGreaterThan(0)
    // No peer was refused, and none was penalized: no connection broke the protocol.
    expect([seen!.refused, known!.refused]).toEqual([{}, {}])
  })
})
