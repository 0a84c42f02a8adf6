import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import { RangeServer } from '../transport/http/testing/range-server.ts'
import { Loopback } from './testing/loopback.ts'
import { SessionWorld } from './testing/world.ts'

const answer = new TextEncoder().encode('d8:intervali1800e5:peers0:e')
const url = (host: string) => `http://${host}.example/announce`

/** Announces that trackers receive, as `host event`. */
function heard(told: string[]) {
  return {
    httpGet: async (asked: string) => {
      const { hostname, searchParams } = new URL(asked)
      told.push(`${hostname.split('.')[0]} ${searchParams.get('event') ?? 'none'}`)
      return { status: 200, body: answer }
    },
  }
}

describe('the trackers of a torrent', () => {
  test('can be replaced: new ones receive started, removed ones stopped, and others nothing', async () => {
    await using world = new SessionWorld()
    const told: string[] = []
    const { metainfo } = await testTorrent({ private: true })
    const session = await world.open('80.0.0.2', { trackers: true }, heard(told))
    const torrent = await session.add({ ...metainfo, trackers: [[url('a')], [url('b')]] }, { memory: true })
    await world.until('both received an announce', () => told.length === 2)
    await torrent.setTrackers([[url('b')], [url('c'), url('b')], []])
    expect(torrent.trackers).toEqual([[url('b')], [url('c')]])
    await world.until('the others received an announce', () => told.length === 4)
    expect(told.sort()).toEqual(['a started', 'a stopped', 'b started', 'c started'])
    expect(torrent.discovery().map(({ url, tier }) => [url, tier])).toEqual([
      [url('b'), 0],
      [url('c'), 1],
    ])
    await torrent.setTrackers([])
    await world.until('nobody is left', () => told.length === 6)
    expect(torrent.discovery()).toEqual([])
    await torrent.setTrackers([[url('a')]])
    await world.until('it is there again', () => told.length === 7)
  })

  test('stay unchanged if one of the new URLs is invalid', async () => {
    await using world = new SessionWorld()
    const { metainfo } = await testTorrent({})
    const session = await world.open('80.0.0.2')
    const torrent = await session.add({ ...metainfo, trackers: [[url('a')]] }, { memory: true })
    const many = Array.from({ length: 101 }, (_, i) => url(`t${i}`))
    for (const bad of [
      [''],
      ['tracker'],
      ['ftp://x.example/'],
      ['http://'],
      [`${url('a')}${'x'.repeat(3000)}`],
      many,
    ])
      await expect(torrent.setTrackers([[url('b')], bad])).rejects.toMatchObject({ code: 'bad-argument' })
    expect(torrent.trackers).toEqual([[url('a')]])
    await torrent.remove()
    await expect(torrent.setTrackers([])).rejects.toMatchObject({ code: 'closed' })
  })

  test('are asked again on request, but not before they allow it', async () => {
    await using world = new SessionWorld()
    const told: string[] = []
    const { metainfo } = await testTorrent({})
    const session = await world.open('80.0.0.2', { trackers: true }, heard(told))
    const torrent = await session.add({ ...metainfo, trackers: [[url('a')]] }, { memory: true })
    await world.until('the first announce', () => told.length === 1)
    for (let i = 0; i < 10; i++) torrent.reannounce()
    await world.clock.advance(9000)
    expect(told).toHaveLength(1)
    expect(torrent.discovery()[0]!.nextAnnounceSeconds).toBeLessThan(10)
    await world.until('the announce that was asked for', () => told.length === 2, 1000)
    await world.clock.advance(10 * 60_000)
    expect(told).toHaveLength(2)
    torrent.reannounce()
    await world.until('another announce', () => told.length === 3, 1000)
  })
})

test('changes of trackers and web seeds are restored by the next session', async () => {
  await using loop = await Loopback.make()
  const made = await loop.torrent('content', { 'a.bin': 40_000 })
  const metainfo = {
    ...made,
    trackers: [[url('a')]],
    webSeeds: ['http://one.example/', 'http://two.example/'],
  }
  const options = { directory: loop.folder, stateDirectory: loop.path('state') }
  const first = await loop.open(options)
  const torrent = await first.add(metainfo)
  await torrent.setTrackers([[url('b'), url('c')], [url('d')]])
  await torrent.removeWebSeed('http://one.example/')
  await torrent.addWebSeed('http://three.example/')
  await first.close()

  const links = {
    trackers: [[url('b'), url('c')], [url('d')]],
    webSeeds: ['http://two.example/', 'http://three.example/'],
  }
  const second = await loop.open(options)
  const { trackers, webSeeds } = second.torrents[0]!
  expect({ trackers, webSeeds }).toEqual(links)
  await second.close()
  // Also for a session that gets links to add.
  const third = await loop.open({ ...options, restore: false })
  const again = await third.add(metainfo)
  expect({ trackers: again.trackers, webSeeds: again.webSeeds }).toEqual(links)
})

describe('the web seeds of a torrent', () => {
  test('are used once they are added, and not after they are removed', async () => {
    await using loop = await Loopback.make()
    await using server = await closing(await RangeServer.open())
    const metainfo = await loop.torrent('content', { 'a.bin': 40 * 32_768 })
    const seeder = await loop.open({ directory: loop.folder })
    const whole = await seeder.add(metainfo)
    await whole.whenComplete()
    const chunks: Uint8Array[] = []
    for await (const chunk of whole.files[0]!.stream()) chunks.push(chunk)
    server.files.set('/pub/content/a.bin', Buffer.concat(chunks))

    const session = await loop.open({ limits: { downloadBytesPerSecond: 200_000 } })
    const torrent = await session.add(metainfo, { memory: true })
    await torrent.addWebSeed(server.url('/pub/'))
    await torrent.addWebSeed(server.url('/pub/'))
    expect(torrent.webSeeds).toEqual([server.url('/pub/')])
    await until('it delivers', () => torrent.stats.haveBytes > 0)
    expect(session.stats.connections.webseed).toBe(1)
    expect(torrent.peers()).toEqual([expect.objectContaining({ kind: 'webseed', origin: 'webseed' })])
    await torrent.removeWebSeed(server.url('/pub/'))
    expect(torrent.peers()).toEqual([])
    expect(torrent.stats.state).toBe('downloading')
    // The blocks requested from it are free for other sources.
    session.setLimits({ downloadBytesPerSecond: Infinity })
    torrent.addPeer(`127.0.0.1:${seeder.port}`)
    await torrent.whenComplete()
  })

  test('must be on a web or FTP server', async () => {
    await using world = new SessionWorld()
    const session = await world.open('80.0.0.2')
    const torrent = await session.add((await testTorrent({})).metainfo, { memory: true })
    for (const bad of [
      '',
      'seed',
      'sftp://x.example/',
      'udp://x.example:1',
      `http://x.example/${'x'.repeat(3000)}`,
    ])
      await expect(torrent.addWebSeed(bad)).rejects.toMatchObject({ code: 'bad-argument' })
    expect(torrent.webSeeds).toEqual([])
  })
})

function closing<T extends { close(): Promise<void> }>(server: T): T & AsyncDisposable {
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.close() })
}
