import { beforeAll, describe, expect, it } from 'vitest'
import { fromHex } from '../../base/bytes.ts'
import { encode } from '../../bencode/bencode.ts'
import {
  encodeMetadataData,
  encodeMetadataReject,
  encodeMetadataRequest,
  parseMetadataMessage,
} from '../../wire/extensions/ut-metadata.ts'
import type { RemotePeer } from '../testing/remote-peer.ts'
import { TestSwarm } from '../testing/test-swarm.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'

/** Our numbers for ut_metadata, as peers send it; theirs are the same in these tests. */
const UT_METADATA = 1

let torrent: TestTorrent
let info: Uint8Array
beforeAll(async () => {
  // 1700 pieces: 34 KB of hashes, three blocks of metadata.
  torrent = await testTorrent({ pieces: 1700, pieceLengthBytes: 16384 })
  info = torrent.metainfo.info.bytes
  expect(info.length).toBeGreaterThan(2 * 16384)
})

/** Blocks of metadata that were requested from the peer. */
function asked(remote: RemotePeer): number[] {
  return remote
    .all('extended')
    .filter(text => text.startsWith(`${UT_METADATA} `))
    .map(text => parseMetadataMessage(fromHex(text.slice(2))!))
    .flatMap(message => (message.type === 'request' ? [message.piece] : []))
}

/** A peer that answers each request for metadata from these bytes. */
async function source(bench: TestSwarm, bytes: Uint8Array, claim = bytes.length): Promise<RemotePeer> {
  const { remote } = await bench.connect()
  let answered = 0
  const react = remote.heard.afterEvent
  remote.heard.afterEvent = () => {
    react()
    const blocks = asked(remote)
    for (; answered < blocks.length; answered++) {
      const block = blocks[answered]!
      if (block * 16384 < bytes.length)
        remote.send(out => out.extended(UT_METADATA, encodeMetadataData(block, bytes)))
    }
  }
  remote.extended({ metadataSize: claim })
  return remote
}

const wrong = () => info.map((byte, i) => (i === 20_000 ? byte ^ 1 : byte))

describe('fetching the metadata (BEP 9)', () => {
  it('requests different blocks from several peers', async () => {
    const bench = await TestSwarm.open(torrent, { metadata: false })
    const remotes = [await source(bench, info), await source(bench, info)]
    await bench.pass(100)
    expect(bench.infos).toEqual([info])
    expect(remotes.flatMap(asked).toSorted()).toEqual([0, 1, 2])
  })

  it('soon asks an idle peer for the blocks of a silent one', async () => {
    const bench = await TestSwarm.open(torrent, { metadata: false })
    const silent = (await bench.connect()).remote
    silent.extended({ metadataSize: info.length })
    await bench.pass(10)
    expect(asked(silent)).toEqual([0, 1, 2])
    await source(bench, info)
    await bench.pass(2000)
    expect(bench.infos).toEqual([])
    await bench.pass(4000)
    expect(bench.infos).toEqual([info])
  })

  it('accepts the answer of a slow peer after others were asked', async () => {
    const bench = await TestSwarm.open(torrent, { metadata: false })
    const slow = (await bench.connect()).remote
    slow.extended({ metadataSize: info.length })
    await bench.pass(10)
    const silent = (await bench.connect()).remote
    silent.extended({ metadataSize: info.length })
    await bench.pass(6000)
    expect(asked(silent)).toEqual([0, 1, 2])
    for (const block of asked(slow))
      slow.send(out => out.extended(UT_METADATA, encodeMetadataData(block, info)))
    await bench.pass(10)
    expect(bench.infos).toEqual([info])
  })

  it('asks another peer if one rejects, does not answer or leaves', async () => {
    const bench = await TestSwarm.open(torrent, { metadata: false })
    const rejecting = (await bench.connect()).remote
    rejecting.extended({ metadataSize: info.length })
    await bench.pass(10)
    rejecting.send(out => out.extended(UT_METADATA, encodeMetadataReject(0)))
    const leaving = (await bench.connect()).remote
    leaving.extended({ metadataSize: info.length })
    await bench.pass(10)
    leaving.connection.close()
    const hanging = (await bench.connect()).remote
    hanging.extended({ metadataSize: info.length })
    await bench.pass(10)
    expect(asked(hanging)).toEqual([0, 1, 2])
    await source(bench, info)
    await bench.until(() => bench.infos.length > 0, 30_000)
    expect(bench.infos).toEqual([info])
  })

  it('finds the peer that sent wrong bytes, and continues with the others', async () => {
    const bench = await TestSwarm.open(torrent, { metadata: false })
    const liars = [await source(bench, wrong()), await source(bench, wrong())]
    const honest = await source(bench, info)
    await bench.until(() => bench.infos.length > 0, 120_000)
    expect(bench.infos).toEqual([info])
    expect(honest.closed).toBe(false)
    // A liar that sent all of it was detected; the other one may not have received a request.
    expect(liars.every(remote => remote.closed)).toBe(bench.log.length === 2)
  })

  it('is not held up by claims of other sizes', async () => {
    const bench = await TestSwarm.open(torrent, { metadata: false })
    const remotes: RemotePeer[] = []
    for (const size of [1, 20_000, 64 * 1024 * 1024]) {
      const { remote } = await bench.connect()
      remote.extended({ metadataSize: size })
      remotes.push(remote)
    }
    await bench.pass(10)
    const huge = remotes[2]!
    expect(asked(huge)).toEqual([0, 1, 2, 3])
    // It continues endlessly, one block at a time.
    for (const block of [0, 1])
      huge.send(out => out.extended(UT_METADATA, encodeMetadataData(block, new Uint8Array(64 * 1024 * 1024))))
    await source(bench, info)
    await bench.pass(100)
    expect(bench.infos).toEqual([info])
  })

  it('rejects data of another size than announced, and data that was not requested', async () => {
    const bench = await TestSwarm.open(torrent, { metadata: false })
    const { remote } = await bench.connect()
    remote.extended({ metadataSize: info.length })
    remote.send(out => {
      out.extended(UT_METADATA, encodeMetadataData(0, info.subarray(0, 16384)))
      out.extended(UT_METADATA, encodeMetadataData(7, new Uint8Array(8 * 16384)))
    })
    await bench.pass(100)
    expect(bench.swarm.metadata.progress).toBe(0)
    const other = await bench.connect()
    other.remote.send(out => out.extended(UT_METADATA, encodeMetadataData(0, info)))
    await bench.pass(100)
    expect(bench.swarm.metadata.progress).toBe(0)
    expect(remote.closed).toBe(false)
  })

  it('disconnects a peer that sends garbage', async () => {
    const bench = await TestSwarm.open(torrent, { metadata: false })
    const { remote } = await bench.connect()
    remote.send(out => out.extended(UT_METADATA, encode('garbage')))
    await bench.pass(10)
    expect(remote.closed).toBe(true)
  })
})

describe('sending the metadata', () => {
  const request = (block: number) => encodeMetadataRequest(block)
  const answers = (remote: RemotePeer) =>
    remote
      .all('extended')
      .filter(text => text.startsWith(`${UT_METADATA} `))
      .map(text => parseMetadataMessage(fromHex(text.slice(2))!).type)

  it('answers with its blocks, and rejects blocks that do not exist', async () => {
    const bench = await TestSwarm.open(torrent, { have: 'all' })
    const { remote } = await bench.connect()
    remote.extended()
    remote.send(out => [0, 1, 2, 3].map(block => out.extended(UT_METADATA, request(block))))
    await bench.pass(10)
    expect(answers(remote)).toEqual(['data', 'data', 'data', 'reject'])
  })

  it('rejects requests while the metadata is unknown', async () => {
    const bench = await TestSwarm.open(torrent, { metadata: false })
    const { remote } = await bench.connect()
    remote.extended()
    remote.send(out => out.extended(UT_METADATA, request(0)))
    await bench.pass(10)
    expect(answers(remote)).toEqual(['reject'])
  })

  it('serves one peer a limited number of times', async () => {
    const bench = await TestSwarm.open(torrent, { have: 'all' })
    const { remote } = await bench.connect()
    remote.extended()
    for (let i = 0; i < 100; i++) remote.send(out => out.extended(UT_METADATA, request(i % 3)))
    await bench.pass(10)
    const sent = answers(remote).filter(type => type === 'data').length
    expect(sent).toBeGreaterThanOrEqual(6)
    expect(sent).toBeLessThan(10)
    expect(answers(remote)).toHaveLength(100)
  })
})
