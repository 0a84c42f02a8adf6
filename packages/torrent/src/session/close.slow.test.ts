import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { limitMs } from '@shoal/testing'
import { expect, test } from 'vitest'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import { Loopback } from './testing/loopback.ts'
import { SessionWorld } from './testing/world.ts'

/** A generous bound for a loaded machine: a program that does not end by itself never would. */
const LIMIT_MS = limitMs(60)

test('nothing outlives close: a program that has closed its sessions ends by itself', async () => {
  await using loop = await Loopback.make()
  // More than is hashed without threads.
  await loop.torrent('content', { 'a.bin': 20 << 20 }, 1 << 20)
  const program = fileURLToPath(new URL('./testing/exits.node.ts', import.meta.url))
  const paths = [loop.path('content'), loop.path('down'), loop.path('state')]
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...paths], { timeout: LIMIT_MS })
  expect(JSON.parse(stdout)).toEqual({ bytes: 20 << 20, open: [] })
})

test('no timer is left on the clock', async () => {
  const world = new SessionWorld()
  const content = await testTorrent({ pieces: 64 })
  await world.seed('80.0.0.1', content, { dht: true, lsd: true, dhtNodes: ['80.0.9.9:1'] })
  const session = await world.open('80.0.0.2', { lsd: true, limits: { downloadBytesPerSecond: 50_000 } })
  const torrent = await session.add(content.metainfo, { memory: true, peers: ['80.0.0.1:6881'] })
  await world.until('it has begun', () => torrent.stats.haveBytes > 0)
  await world[Symbol.asyncDispose]()
  await world.clock.advance(1000)
  expect(world.clock.pending).toBe(0)
})

test('a session that cannot open leaves nothing behind', async () => {
  await using world = new SessionWorld()
  await world.open('80.0.0.1')
  const before = world.clock.pending
  await expect(world.open('80.0.0.1', { port: 6881, dht: true, lsd: true })).rejects.toThrow(/taken/)
  expect(world.clock.pending).toBe(before)
})
