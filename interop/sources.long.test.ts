/**
 * One download from sources of every kind at the same time, which continues as long as one of them
 * is left.
 */
import { until } from '@shoal/testing'
import type { TorrentApi } from '@shoal/torrent'
import { describe, expect, test } from 'vitest'
import { CAPPED_KINDS, type CappedKind, startCapped } from './support/capped-source.ts'
import { difference, randomFile, tempDir } from './support/files.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'
import { openWsTracker } from './support/ws-tracker.ts'

const SIZE = 3_000_000
/**
 * Slow enough that all of them deliver, however late they start, and that little is in the system's
 * buffers when they stop.
 */
const BYTES_PER_SECOND = 400_000

describe.skipIf(missing('pyftpdlib'))('a download from a source of every kind', () => {
  // A peer and a web seed: all kinds are handled as one of the two. Separate tests show that each
  // of the others can deliver everything.
  test.each(['webrtc', 'ftp'] as const)('continues with %s alone', async survivor => {
    await using dir = await tempDir('sources')
    const { path } = await randomFile(dir.join('seed', 'content.bin'), SIZE)
    const { torrent } = await makeTorrent(path, dir.join('content.torrent'), { pieceLengthBytes: 2 ** 16 })
    await using tracker = await openWsTracker()
    await using stack = new AsyncDisposableStack()
    const file = { path, torrent, tracker: tracker.url }
    const sources = await Promise.all(
      CAPPED_KINDS.map(async kind => stack.use(await startCapped(kind, BYTES_PER_SECOND, file))),
    )
    await using shoal = await Shoal.open({ directory: dir.join('leech'), trackers: true, webrtc: {} })
    const leech = await shoal.add(torrent, { trackers: [tracker.url], select: [] })
    for (const source of sources) await source.introduce(leech)
    await until('the peers are connected', () => leech.stats.peers === 3)
    await leech.setPriority(0, 4)
    await until('all of them deliver', () => CAPPED_KINDS.every(kind => gave(leech, kind) > 0))
    // Hardly any was requested from two of them: the windows of five sources leave few blocks
    // before endgame.
    expect(leech.stats.wastedBytes).toBeLessThan(SIZE / 20)
    const left = SIZE - leech.stats.downloadedBytes
    expect(left).toBeGreaterThan(SIZE / 4)
    const before = gave(leech, survivor)
    let last = before
    leech.on('piece', () => {
      last = Math.max(last, gave(leech, survivor))
    })
    const others = sources.filter(({ kind }) => kind !== survivor)
    await Promise.all(others.map(source => source[Symbol.asyncDispose]()))
    await shoal.done(leech)
    // The survivor sent most of the rest. Blocks from the others may still arrive.
    expect(last - before).toBeGreaterThan(left / 2)
    expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
  })
})

/** Bytes that the source of this kind has delivered. */
function gave(torrent: TorrentApi, kind: CappedKind): number {
  const isIt = ({ kind: other, address }: { kind: string; address: string }) =>
    other === kind || (other === 'webseed' && address.startsWith(`${kind}:`))
  return torrent.peers().find(isIt)?.downloadedBytes ?? 0
}
