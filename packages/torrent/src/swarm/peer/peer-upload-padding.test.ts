import { expect, test } from 'vitest'
import { Bitfield } from '../../base/bitfield.ts'
import { readU32 } from '../../base/bytes.ts'
import { systemClock } from '../../base/clock.ts'
import { LimitChain } from '../../base/rate-limit.ts'
import { PieceLayout } from '../../metainfo/layout.ts'
import { BLOCK_BYTES, type TorrentVersion } from '../../metainfo/metainfo.ts'
import { testFiles } from '../../storage/fixtures.ts'
import { createMemoryStorage } from '../../storage/memory-storage.ts'
import { BLOCK_HEADER_BYTES } from '../../wire/messages.ts'
import { BlockCache } from '../pieces/block-cache.ts'
import type { SwarmState } from '../swarm-state.ts'
import type { PeerLink } from './peer-link.ts'
import { PeerUpload } from './peer-upload.ts'

const LENGTH = 100

/** An upload of one piece of 100 bytes (all 7), what it sent, and what it rejected. */
async function upload(version: TorrentVersion) {
  const layout = new PieceLayout({
    version,
    pieceLengthBytes: 4 * BLOCK_BYTES,
    files: testFiles([['a', LENGTH]]),
  })
  const storage = createMemoryStorage(layout)
  await storage.write(0, new Uint8Array(LENGTH).fill(7))
  const sent: Uint8Array[] = []
  const rejected: number[] = []
  let wake = () => {}
  const clock = systemClock
  const swarm = {
    clock,
    context: { cache: new BlockCache({ maxBytes: 0 }) },
    transfer: { info: { version }, layout, storage, have: Bitfield.full(1) },
    events: { onTransferred() {}, onReadError() {} },
  }
  const link = {
    connection: { bufferedBytes: 0 },
    writeRaw(bytes: Uint8Array) {
      sent.push(bytes)
      wake()
    },
    out: { reject: (_piece: number, _begin: number, length: number) => rejected.push(length) },
  }
  const peer = new PeerUpload(
    swarm as unknown as SwarmState,
    link as unknown as PeerLink,
    new LimitChain(clock, []),
    true,
  )
  const answer = () => (sent.length > 0 ? null : new Promise<void>(resolve => (wake = resolve)))
  return { peer, sent, rejected, answer }
}

test.each([LENGTH, 2000, BLOCK_BYTES])(
  'serves %i bytes of the last block of a v2 file, padded with zeros',
  async length => {
    const { peer, sent, answer } = await upload('v2')
    peer.request(0, 0, length)
    peer.serve()
    await answer()
    expect(sent).toHaveLength(1)
    expect(readU32(sent[0]!, 0)).toBe(9 + length)
    const expected = new Uint8Array(length).fill(7, 0, LENGTH)
    expect(sent[0]!.subarray(BLOCK_HEADER_BYTES)).toEqual(expected)
  },
)

test('rejects requests beyond the padding, or beyond the data of a v1 torrent', async () => {
  const v2 = await upload('v2')
  v2.peer.request(0, 0, BLOCK_BYTES + 1)
  v2.peer.request(0, BLOCK_BYTES, BLOCK_BYTES)
  const v1 = await upload('v1')
  v1.peer.request(0, 0, LENGTH + 1)
  expect([v2.rejected, v1.rejected]).toEqual([[BLOCK_BYTES + 1, BLOCK_BYTES], [LENGTH + 1]])
  expect([v2.peer.queued, v1.peer.queued]).toEqual([0, 0])
})
