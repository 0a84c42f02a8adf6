/**
 * A node answers quickly regardless of other work. The measure is the CPU time of the node's thread
 * between a request and its response, which a busy machine hardly affects.
 */

import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { limitMs, until } from '@shoal/testing'
import { createTorrent } from '@shoal/torrent'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { Access } from './server/access/access.ts'
import { createServer, type Server } from './server/server.ts'
import { TOKEN } from './server/testing/served.ts'
import type { Flood } from './testing/flooder.ts'
import { nodeForTest } from './testing/for-test.ts'
import type { TestNode } from './testing/test-node.ts'

const FLOOD_MS = 500
/**
 * With fewer, the 99th percentile would be the slowest response, which can include a garbage
 * collection.
 */
const FLOOD_ANSWERS = 101
const MAX_MS = limitMs(0.05)

let server: Server | undefined
afterEach(() => server?.close())

/**
 * Requests `/health` repeatedly until `work` is done, and at least `atLeast` times. Returns the CPU
 * time of each response in milliseconds.
 */
async function askDuring(node: TestNode, work: () => Promise<unknown>, atLeast = 0): Promise<number[]> {
  server = await createServer({ node, access: new Access({ token: TOKEN }), port: 0 })
  // The first request loads modules.
  await fetch(`${server.url}/health`)
  const times: number[] = []
  let isDone = false
  const done = work().finally(() => {
    isDone = true
  })
  while (!isDone || times.length < atLeast) {
    const before = threadMs()
    const { status } = await fetch(`${server.url}/health`)
    times.push(threadMs() - before)
    expect(status).toBe(200)
    await pause(5)
  }
  await done
  return times
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)]!
}

describe('while a peer floods it', () => {
  const message = (...bytes: (number | Uint8Array)[]) => {
    const body = Buffer.concat(bytes.map(each => (typeof each === 'number' ? Buffer.of(each) : each)))
    const length = Buffer.alloc(4)
    length.writeUInt32BE(body.length)
    return Buffer.concat([length, body])
  }
  const names = Array.from({ length: 500 }, (_, i) => `10:name_${i + 10_000}i${i % 200}e`)
  const range = Buffer.alloc(16)
  range.writeUInt32BE(512, 8)
  const floods: [string, (root: Uint8Array) => Uint8Array][] = [
    ['changes of its interest', () => Buffer.concat([message(2), message(3)])],
    ['extended handshakes', () => message(20, 0, Buffer.from(`d1:md${names.join('')}ee`))],
    ['hash requests', root => message(21, root, range)],
  ]

  test.each(floods)('with %s, it answers', async (_, write) => {
    const node = await nodeForTest()
    const path = join(node.folder, 'file')
    await writeFile(path, new Uint8Array(1 << 20))
    const metainfo = await createTorrent(path)
    const torrent = await node.engine.add(metainfo, { directory: node.folder })
    await until('it is complete', () => torrent.state === 'seeding')
    const { infoHashes, files } = metainfo.info
    const root = files[0]!.piecesRoot!
    const flood: Flood = {
      port: node.engine.port,
      infoHash: Buffer.from(infoHashes.v1!).toString('hex'),
      message: write(root),
    }
    const flooder = new Worker(new URL('./testing/flooder.ts', import.meta.url), { workerData: flood })
    onTestFinished(async () => void (await flooder.terminate()))
    await once(flooder, 'online')
    const times = await askDuring(node, () => pause(FLOOD_MS), FLOOD_ANSWERS)
    flooder.postMessage('stop')
    const [sentBytes] = await once(flooder, 'message')
    expect(sentBytes).toBeGreaterThan(1 << 20)
    expect(percentile(times, 0.99)).toBeLessThan(MAX_MS)
  })
})

describe('with hundreds of torrents', () => {
  const TORRENTS = 800
  const AT_ONCE = 5
  const smallTorrent = (number: number) => {
    const name = `file ${10_000 + number}`
    const head = `d4:infod6:lengthi100e4:name${name.length}:${name}12:piece lengthi65536e6:pieces20:`
    return Buffer.concat([Buffer.from(head), Buffer.alloc(20, number), Buffer.from('ee')]).toString('base64')
  }

  test('it answers while they are added, and after a restart', async () => {
    const node = await nodeForTest()
    let next = 0
    const addSome = async () => {
      while (next < TORRENTS) await node.operations.addTorrent({ torrent: smallTorrent(next++) })
    }
    const adding = await askDuring(node, () => Promise.all(Array.from({ length: AT_ONCE }, addSome)))
    // Too few responses for the 99th percentile, and other programs slow this one down.
    expect(percentile(adding, 0.95)).toBeLessThan(MAX_MS)
    await server!.close()
    const again = await node.restart()
    expect(again.engine.torrents).toHaveLength(TORRENTS)
    const restored = await askDuring(again, () => pause(FLOOD_MS))
    expect(percentile(restored, 0.95)).toBeLessThan(MAX_MS)
  })
})
