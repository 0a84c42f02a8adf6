import { describe, expect, it } from 'vitest'
import { OUR_EXTENSION_IDS } from '#extension-ids'
import { type SigningKey, signingKey } from '#sealing'
import { fromHex } from '../../base/bytes.ts'
import { seededRandom } from '../../base/random.ts'
import { RecognitionHandshake, type SealedChannel } from '../../wire/recognition/handshake.ts'
import { pseudonymOf, receiptPair, receiptTorrent, signReceipt } from '../../wire/recognition/receipt.ts'
import {
  encodeAbout,
  encodeGreeting,
  encodeReceiptMessage,
  encodeSealed,
  parseSealed,
  parseShPeer,
} from '../../wire/recognition/sh-peer.ts'
import type { RemotePeer } from '../testing/remote-peer.ts'
import { TestRecognition } from '../testing/test-recognition.ts'
import { TestSwarm, type TestSwarmOptions } from '../testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'

const OURS = new Uint8Array(20).fill(1)
const THEIRS = new Uint8Array(20).fill(77)
const SECRET = new Uint8Array(32).fill(9)
const KEY = signingKey(new Uint8Array(32).fill(50))
const MIB = 1024 * 1024

/** A peer that speaks `sh_peer`, controlled by a test. It opened the connection by default. */
class Speaker {
  readonly remote: RemotePeer
  readonly bench: TestSwarm
  channel!: SealedChannel
  theirPseudonym!: Uint8Array
  ourPseudonym!: SigningKey
  #read = 0

  constructor(bench: TestSwarm, remote: RemotePeer) {
    this.bench = bench
    this.remote = remote
  }

  send(payload: Uint8Array): void {
    this.remote.send(out => out.extended(OUR_EXTENSION_IDS.sh_peer, payload))
  }

  seal(content: Uint8Array): void {
    this.send(encodeSealed(this.channel.seal(content)))
  }

  /** The next message of `sh_peer` that arrives. */
  async next() {
    const prefix = `${OUR_EXTENSION_IDS.sh_peer} `
    const arrived = () => this.remote.all('extended').filter(event => event.startsWith(prefix))
    await this.bench.until(() => arrived().length > this.#read, 10_000)
    return parseShPeer(fromHex(arrived()[this.#read++]!.slice(prefix.length))!)
  }

  async prove(key = KEY): Promise<void> {
    const { v1, v2 } = this.bench.torrent.metainfo.info.infoHashes
    const facts = {
      infoHash: v1 ?? v2!.subarray(0, 20),
      peerIds: { opener: THEIRS, acceptor: OURS },
      binding: new Uint8Array(0),
    }
    const handshake = new RecognitionHandshake({ end: 'opener', key, facts, random: seededRandom(3) })
    const { send } = handshake.receive((await this.next()) as Parameters<typeof handshake.receive>[0])
    this.send(send!)
    const { done } = handshake.receive((await this.next()) as Parameters<typeof handshake.receive>[0])
    this.channel = done!.channel
    const about = (await this.next()) as { box: Uint8Array }
    const claims = parseSealed(this.channel.open(about.box), done!.peer) as { pseudonym: Uint8Array }
    this.theirPseudonym = claims.pseudonym
    this.ourPseudonym = pseudonymOf(SECRET, done!.peer)
    this.seal(encodeAbout(key.publicKey, { pseudonym: this.ourPseudonym.publicKey }))
    await this.bench.pass(1100)
  }

  receipt(bytes: number, epoch = 5, changes: { pair?: Uint8Array; torrent?: Uint8Array } = {}): void {
    const pair = receiptPair(this.theirPseudonym, this.ourPseudonym.publicKey)
    const torrent = receiptTorrent(this.bench.torrent.metainfo.info.infoHashes.v1!)
    const receipt = { torrent, pair, epoch, bytes, ...changes }
    this.seal(encodeReceiptMessage(signReceipt(receipt, this.ourPseudonym)))
  }
}

async function open(
  torrent: TestTorrent,
  options: TestSwarmOptions & { ip?: string; silent?: boolean } = {},
): Promise<{ bench: TestSwarm; recognition: TestRecognition; speaker: Speaker }> {
  const recognition = new TestRecognition(1)
  const bench = await TestSwarm.open(torrent, { ...options, context: { recognition } })
  return { bench, recognition, speaker: await connect(bench, options) }
}

async function connect(bench: TestSwarm, options: { ip?: string; silent?: boolean } = {}): Promise<Speaker> {
  const ip = options.ip === undefined ? {} : { ip: options.ip }
  const { remote } = await bench.connect({ peerId: THEIRS, ...ip })
  if (!options.silent) remote.extended()
  return new Speaker(bench, remote)
}

describe('a peer that opens a connection', () => {
  it('is greeted if it supports sh_peer, and recognized once it has proved its key', async () => {
    const { bench, recognition, speaker } = await open(await testTorrent({}))
    await speaker.prove()
    expect(recognition.recognized).toMatchObject([{ host: '80.0.1.2', isBound: false }])
    expect(speaker.remote.closed).toBe(false)
    await bench.close()
  })

  it('is left alone if it does not', async () => {
    const { bench, speaker } = await open(await testTorrent({}), { silent: true })
    speaker.remote.extended({ extensions: { ut_metadata: 2 } })
    await bench.pass(5000)
    expect(speaker.remote.all('extended').filter(event => event.startsWith('6 '))).toEqual([])
    await bench.close()
  })

  it.each([
    ['a greeting, which is not its part', 'unexpected', encodeGreeting(new Uint8Array(32).fill(3))],
    ['a sealed message before the exchange', 'unexpected', encodeSealed(new Uint8Array(40))],
    ['half a message', 'malformed', encodeGreeting(new Uint8Array(32).fill(3)).subarray(0, 20)],
    ['a message of 3 KB', 'malformed', encodeSealed(new Uint8Array(3000))],
  ] as const)('is refused, counted and disconnected after %s', async (_, reason, payload) => {
    const { bench, recognition, speaker } = await open(await testTorrent({}))
    await speaker.next()
    speaker.send(payload)
    await bench.pass(10)
    expect(recognition.refused).toEqual([reason])
    expect(speaker.remote.closed).toBe(true)
    expect(recognition.conduct.get('80.0.1.2')).toMatchObject({ junk: 1 })
    await bench.close()
  })

  it('stays a stranger with a wrong proof, whatever it sends then', async () => {
    const torrent = await testTorrent({})
    const { bench, recognition, speaker } = await open(torrent)
    const thief = { publicKey: KEY.publicKey, sign: () => new Uint8Array(64) }
    await expect(speaker.prove(thief)).rejects.toThrow('virtual')
    expect(recognition.refused).toEqual(['not-proved'])
    speaker.send(new Uint8Array(5))
    await bench.pass(2000)
    expect(speaker.remote.closed).toBe(false)
    expect(recognition.refused).toEqual(['not-proved'])
    await bench.close()
  })

  it.each([
    [
      'introduces itself as another',
      'unexpected',
      (it: Speaker) => it.seal(encodeAbout(KEY.publicKey, { pseudonym: SECRET })),
    ],
    ['speaks for another', 'malformed', (it: Speaker) => it.seal(encodeAbout(SECRET, { pseudonym: SECRET }))],
    ['sends what was not sealed now', 'forged', (it: Speaker) => it.send(encodeSealed(new Uint8Array(60)))],
    ['confirms more than it got', 'bad-receipt', (it: Speaker) => it.receipt(5 * MIB)],
    ['confirms another torrent', 'bad-receipt', (it: Speaker) => it.receipt(1, 5, { torrent: SECRET })],
    ['confirms for another pair', 'bad-receipt', (it: Speaker) => it.receipt(1, 5, { pair: SECRET })],
    [
      'never stops',
      'unexpected',
      (it: Speaker) => Array.from({ length: 20 }, () => it.seal(new Uint8Array([100, 101]))),
    ],
  ] as const)('is refused if it %s', async (_, reason, act) => {
    const { bench, recognition, speaker } = await open(await testTorrent({}))
    await speaker.prove()
    act(speaker)
    await bench.pass(10)
    expect(recognition.refused).toEqual([reason])
    expect(speaker.remote.closed).toBe(true)
    await bench.close()
  })

  it('is refused if a receipt confirms less than the one before, or is repeated', async () => {
    const torrent = await testTorrent({ pieces: 64, pieceLengthBytes: MIB / 16 })
    for (const second of [2 * MIB, MIB]) {
      const { bench, recognition, speaker } = await open(torrent, {
        have: 'all',
        settings: { uploadSlots: 4 },
      })
      await speaker.prove()
      speaker.remote.send(out => {
        out.haveNone()
        out.interested()
      })
      await bench.until(() => speaker.remote.has('unchoke'))
      const blocks = (3 * MIB) / 16384
      for (let block = 0; block < blocks; block++)
        speaker.remote.send(out => out.request(Math.floor(block / 4), (block % 4) * 16384, 16384))
      await bench.until(() => speaker.remote.blocks.length === blocks)
      speaker.receipt(2 * MIB)
      await bench.pass(10)
      expect(recognition.receipts).toMatchObject([{ epoch: 5, bytes: 2 * MIB }])
      speaker.receipt(second)
      await bench.pass(10)
      expect(recognition.refused).toEqual(['bad-receipt'])
      await bench.close()
    }
  })

  it('loses the fast lane, and breaks a promise, if it takes and does not confirm', async () => {
    const torrent = await testTorrent({ pieces: 220, pieceLengthBytes: MIB / 16 })
    const { bench, recognition, speaker } = await open(torrent, { have: 'all' })
    await speaker.prove()
    const name = recognition.recognized[0]!.key
    recognition.trusted.add(name)
    const [peer] = bench.swarm.peers.values()
    await bench.until(() => peer!.recognized?.isTrusted === true)
    expect(peer!.pieces.reputation).toBe(500)
    speaker.remote.send(out => {
      out.haveNone()
      out.interested()
    })
    await bench.until(() => speaker.remote.has('unchoke'))
    const blocks = (13 * MIB) / 16384
    for (let at = 0; at < blocks; at += 100) {
      for (let block = at; block < Math.min(at + 100, blocks); block++)
        speaker.remote.send(out => out.request(Math.floor(block / 4), (block % 4) * 16384, 16384))
      await bench.pass(100)
    }
    await bench.until(() => peer!.recognized?.isTrusted === false)
    expect(recognition.conduct.get(name)).toMatchObject({ promisesBroken: 1 })
    speaker.receipt(12 * MIB)
    await bench.until(() => peer!.recognized?.isTrusted === true)
    await bench.close()
  })
})

it('takes part in a limited number of exchanges with one neighborhood', async () => {
  const torrent = await testTorrent({})
  const { bench, recognition } = await open(torrent, { settings: { maxPeersPerTorrent: 100 } })
  for (let i = 0; i < 30; i++) {
    const { remote } = await bench.connect({ ip: `80.0.7.${i + 1}` })
    remote.extended()
  }
  await bench.pass(2000)
  expect(recognition.refused.length).toBeGreaterThanOrEqual(9)
  expect(new Set(recognition.refused)).toEqual(new Set(['too-many']))
  await bench.close()
})

it('charges a peer with the pieces that it spoiled, and an address if several peers share it', async () => {
  const torrent = await testTorrent({ pieces: 4 })
  const { bench, recognition, speaker } = await open(torrent)
  await speaker.prove()
  speaker.remote.serves = {
    content: new Uint8Array(torrent.content.length),
    pieceLengthBytes: torrent.layout.pieceLengthBytes,
  }
  speaker.remote.send(out => {
    out.haveAll()
    out.unchoke()
  })
  await bench.until(() => speaker.remote.closed)
  expect(recognition.conduct.get(recognition.recognized[0]!.key)).toMatchObject({
    failedPieces: 1,
    downloadedBytes: 0,
  })
  await bench.close()
})
