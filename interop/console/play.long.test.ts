import { mkdir, readFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { createTorrent, infoHashText, type Metainfo, writeMetainfo } from '@shoal/torrent'
import { describe, expect, onTestFinished, test } from 'vitest'
import { seekTo, shownAt, startPlaying } from '../../apps/web/e2e/testing/player.ts'
import { HostilePeer } from '../faults/hostile-peer.ts'
import { FILM_SECONDS, makeFilm } from '../support/film.ts'
import { Gate } from '../support/gate.ts'
import type { Node } from '../support/node.ts'
import { missing } from '../support/tools.ts'
import { skipped, useConsole } from './setup.ts'

const withNode = useConsole()

const PIECE_BYTES = 16 * 1024
/** Requests that a peer receives before it answers any. */
const FIRST = 4
const WELCOMED = { 'shoal.welcomed': 'yes' }

describe.skipIf(skipped ?? missing('ffmpeg'))('the console of a real node: playing', () => {
  test('shows a film of which a fifth is downloaded, and fetches missing parts first when seeking', async () => {
    await withNode(async ({ node, dir, browser }) => {
      await mkdir(dir.join('seed'))
      const film = dir.join('seed', 'film.mp4')
      await makeFilm(film)
      const metainfo = await createTorrent(film, { version: 'v1', pieceLengthBytes: PIECE_BYTES })
      const content = await readFile(film)
      const pieces = Math.ceil(content.length / PIECE_BYTES)
      const head = Math.floor(pieces / 5)
      const id = infoHashText(metainfo.info.infoHashes)
      await node.api.addTorrent({ torrent: Buffer.from(writeMetainfo(metainfo)).toString('base64') })
      const first = await connectSeed(node, metainfo, content, head)
      first.give()
      const { progress } = await node.whenTorrent(id, torrent => torrent.progress >= 0.95 * (head / pieces))
      expect(progress).toBeLessThan(0.25)

      await using gate = await Gate.to(Number(new URL(node.url).port))
      const address = `${gate.url}/torrents/${id}#token=${node.token}`
      const { page, problems } = await browser.open(address, { localStorage: WELCOMED })
      const offsets = watchOffsets(gate)
      await page.getByRole('button', { name: 'Play', exact: true }).click()
      const video = page.locator('video')
      await startPlaying(video)
      await until('the console shows the film', async () => (await shownAt(video)) >= 0)
      const seconds = 0.8 * FILM_SECONDS
      expect(offsets().filter(offset => offset > 0.3 * content.length)).toEqual([])
      await seekTo(video, seconds)
      const farOff = () => offsets().find(offset => offset > 0.7 * content.length)
      const sought = Math.floor((await until('the console asks for that part', farOff)) / PIECE_BYTES)
      // A peer with the data connects only now, and sends nothing before this is visible.
      const seed = await connectSeed(node, metainfo, content, pieces)
      await until('the node asks for pieces', () => seed.asked.length >= FIRST)
      expect(seed.asked.slice(0, FIRST)).toEqual(Array.from({ length: FIRST }, (_, index) => sought + index))
      seed.give()
      await until('the console shows what was sought', async () => (await shownAt(video)) >= seconds)
      expect(problems).toEqual([])
    })
  })
})

/**
 * Records the traffic from the gate to the node. Returns the offsets from which pages have
 * requested the rest of a file so far.
 */
function watchOffsets(gate: Gate): () => readonly number[] {
  let sent = ''
  gate.listener = ({ isFromClient, bytes }) => {
    if (isFromClient) sent += bytes.toString('latin1')
  }
  return () => [...sent.matchAll(/\r\nrange: bytes=(\d+)-/gi)].map(([, offset]) => Number(offset))
}

interface ScriptedSeed {
  /** The pieces in the order in which the node requested them. */
  readonly asked: readonly number[]
  /** Answers all requests, now and from now on. */
  give(): void
}

/** Connects a peer to the node that has the first `count` pieces. */
async function connectSeed(
  node: Node,
  { info }: Metainfo,
  content: Buffer,
  count: number,
): Promise<ScriptedSeed> {
  const asked: number[] = []
  const { promise: mayGive, resolve: give } = Promise.withResolvers<void>()
  const peer: HostilePeer = await HostilePeer.connect({
    port: await node.peerPort(),
    from: `127.0.0.${count}`,
    infoHash: info.infoHashes.v1!,
    on: {
      async onRequest(piece, begin, length) {
        asked.push(piece)
        await mayGive
        const from = piece * PIECE_BYTES + begin
        peer.sendBlock(piece, begin, content.subarray(from, from + length))
      },
    },
  })
  onTestFinished(() => peer.close())
  const bits = new Uint8Array(Math.ceil(content.length / PIECE_BYTES / 8))
  for (let piece = 0; piece < count; piece++) bits[piece >> 3]! |= 0x80 >> (piece & 7)
  peer.out.bitfield(bits)
  peer.out.unchoke()
  peer.flush()
  return { asked, give }
}
