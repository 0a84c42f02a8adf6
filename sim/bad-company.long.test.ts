import { afterEach, describe, expect, it } from 'vitest'
import { testTorrent } from '../packages/torrent/src/swarm/testing/test-torrent.ts'
import { behave } from './support/hostile.ts'
import { stranger } from './support/stranger.ts'
import { type Host, World } from './support/world.ts'

const KIB = 1024
const LINK = { uploadBytesPerSecond: 256 * KIB, downloadBytesPerSecond: 2048 * KIB, latencyMs: 20 }

let world: World
afterEach(() => world?.close())

async function swarm(count: number): Promise<Host[]> {
  await world.join({ seed: true, link: LINK })
  const hosts: Host[] = []
  for (let i = 0; i < count; i++) hosts.push(await world.join({ link: LINK }))

  return hosts
}

describe('a swarm completes despite peers that', () => {
  it('are slow, or unchoke and never answer', async () => {
    const torrent = await testTorrent({ pieces: 48, pieceLengthBytes: 64 * KIB })
    world = new World(torrent, 21)
    let requests = 0
    for (let i = 0; i < 3; i++)
      await stranger(world, peer => {
        peer.heard.afterEvent = () => {
          if (peer.heard.events.at(-1)!.startsWith('request')) requests++
        }
      })
    const slow: Host[] = []
    for (let i = 0; i < 3; i++)
      slow.push(await world.join({ seed: true, link: { ...LINK, uploadBytesPerSecond: 2 * KIB } }))
    const hosts = await swarm(10)
    await world.complete(600_000)
    expect(requests).toBeGreaterThan(0)
    for (const { completeMs, joinedMs } of hosts) expect(completeMs! - joinedMs).toBeLessThan(120_000)
  })

  it('send wrong bytes, and are banned', async () => {
    const torrent = await testTorrent({ pieces: 48, pieceLengthBytes: 64 * KIB })
    world = new World(torrent, 22)
    const liars: string[] = []
    let lies = 0
    for (let i = 0; i < 3; i++)
      liars.push(
        await stranger(world, peer => {
          peer.serves = { content: new Uint8Array(torrent.content.length), pieceLengthBytes: 64 * KIB }
          peer.answers = () => {
            lies++
            return true
          }
        }),
      )
    const hosts = await swarm(10)
    await world.complete(600_000)
    expect(lies).toBeGreaterThan(0)
    const banned = world.log.filter(line => line.includes('is banned'))
    expect(banned.length).toBeGreaterThan(0)
    // No honest peer is banned.
    for (const line of banned) expect(liars.some(ip => line.includes(`${ip} sent wrong bytes`))).toBe(true)
    for (const { torrent } of hosts) expect(torrent.stats.progress).toBe(1)
  })

  it('send wrong bytes now and then, so that failed pieces have several senders', async () => {
    const torrent = await testTorrent({ pieces: 24, pieceLengthBytes: 256 * KIB })
    world = new World(torrent, 23)
    const ip = await behave(world, 'rare-liar')
    await swarm(8)
    await world.complete(900_000)
    for (const line of world.log.filter(text => text.includes('is banned'))) expect(line).toContain(` ${ip} `)
  })

  it('flood others with unrequested blocks', async () => {
    const torrent = await testTorrent({ pieces: 32, pieceLengthBytes: 64 * KIB })
    world = new World(torrent, 24)
    const block = new Uint8Array(16 * KIB)
    const floods: { closed: boolean }[] = []
    await stranger(world, peer => {
      floods.push(peer)
      for (let i = 0; i < 700; i++) peer.block(i % 32, 0, block)
    })
    await swarm(5)
    await world.complete(600_000)
    expect(floods.length).toBeGreaterThan(0)
    expect(floods.every(peer => peer.closed)).toBe(true)
  })
})
