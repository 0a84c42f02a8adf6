import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { limitMs } from '@shoal/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AddOptions } from '../api.ts'
import { createTorrent } from '../hash/create.ts'
import type { Metainfo, TorrentVersion } from '../metainfo/metainfo.ts'
import { RangeServer } from '../transport/http/testing/range-server.ts'
import { Session } from './session.ts'
import type { Torrent } from './torrent/torrent.ts'

const PIECE = 64 * 1024

let folder: string
let server: RangeServer
const sessions: Session[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'web-seeds-'))
  server = await RangeServer.open()
})

afterEach(async () => {
  await Promise.all(sessions.splice(0).map(session => session.close()))
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

async function open(): Promise<Session> {
  const session = await Session.open({
    port: 0,
    host: '127.0.0.1',
    dht: false,
    lsd: false,
    trackers: false,
    directory: join(folder, `s${sessions.length}`),
  })
  sessions.push(session)
  return session
}

/** Bytes that differ between files and offsets. */
function contentFor(length: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4))
  let state = seed
  for (let i = 0; i < words.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    words[i] = state
  }
  return new Uint8Array(words.buffer, 0, length)
}

/** Makes a torrent of files of these lengths, which the server then has below `/pub/`. */
async function share(
  lengths: Record<string, number>,
  options: { version?: TorrentVersion } = {},
): Promise<Metainfo> {
  const names = Object.keys(lengths)
  const single = names.length === 1
  for (const [index, [name, length]] of Object.entries(lengths).entries()) {
    const path = single ? name : `folder/${name}`
    const bytes = contentFor(length, index + 1)
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
    server.files.set(`/pub/${path.split('/').map(encodeURIComponent).join('/')}`, bytes)
  }
  return createTorrent(join(folder, single ? names[0]! : 'folder'), {
    version: options.version ?? 'v1',
    pieceLengthBytes: PIECE,
  })
}

async function add(session: Session, metainfo: Metainfo, options: AddOptions = {}): Promise<Torrent> {
  return session.add(metainfo, { memory: true, webSeeds: [server.url('/pub/')], ...options })
}

/** Waits for all; on failure reports the torrent's log. */
async function complete(torrent: Torrent): Promise<void> {
  const lines: string[] = []
  const off = torrent.on('log', line => lines.push(line))
  await torrent.whenComplete({ signal: AbortSignal.timeout(limitMs(20)) }).catch(error => {
    throw new Error(`${error}: ${JSON.stringify(torrent.peers())} ${lines.join('\n')}`)
  })
  off()
}

async function contentOf(torrent: Torrent, index: number): Promise<Uint8Array> {
  const file = torrent.files[index]!
  const bytes = new Uint8Array(file.lengthBytes)
  let at = 0
  for await (const chunk of file.stream()) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/** Every file equals the server's. */
async function expectContent(torrent: Torrent): Promise<void> {
  for (const file of torrent.files) {
    const path = `/pub/${file.path.map(encodeURIComponent).join('/')}`
    expect(Buffer.compare(await contentOf(torrent, file.index), server.files.get(path)!)).toBe(0)
  }
}

/** Ranges that were requested of each path; throws when any byte was requested twice. */
function expectOnce(): void {
  const seen = new Map<string, [number, number][]>()
  for (const { path, range } of server.seen) {
    const ranges = seen.get(path) ?? []
    for (const [first, last] of ranges)
      if (range![0] <= last && range![1] >= first) throw new Error(`${path} ${range} asked for twice`)
    ranges.push([range![0], range![1]])
    seen.set(path, ranges)
  }
}

it('web seeds that are switched off as a kind are left, and joined again when it is switched on', async () => {
  const metainfo = await share({ 'the file.bin': 3_000_001 })
  const torrent = await add(await open(), metainfo, { limits: { downloadBytesPerSecond: 100_000 } })
  await vi.waitFor(() => expect(torrent.peers()).toHaveLength(1))
  torrent.setSourcesOff(['ftp'])
  expect(torrent.peers()).toHaveLength(1)
  torrent.setSourcesOff(['webseed'])
  expect(torrent.peers()).toEqual([])
  torrent.setLimits({ downloadBytesPerSecond: Infinity })
  torrent.setSourcesOff([])
  await complete(torrent)
  await expectContent(torrent)
})

describe('from web seeds alone:', () => {
  it.each(['v1', 'v2', 'hybrid'] as const)('a single file, %s', async version => {
    const metainfo = await share({ 'the file.bin': 3_000_001 }, { version })
    const torrent = await add(await open(), metainfo)
    await complete(torrent)
    await expectContent(torrent)
    expectOnce()
    expect(server.askedBytes).toBe(3_000_001)
    // Long runs, on two connections.
    expect(server.seen.length).toBeLessThan(12)
    expect(server.connections).toBeLessThanOrEqual(2)
    expect(torrent.stats).toMatchObject({ wastedBytes: 0, downloadedBytes: 3_000_001 })
    expect(torrent.peers()).toMatchObject([
      { kind: 'webseed', address: server.url('/pub/'), progress: 1, downloadedBytes: expect.any(Number) },
    ])
  })

  it.each(['v1', 'v2', 'hybrid'] as const)('a folder of odd files, %s', async version => {
    const metainfo = await share(
      { 'a b': 1, c: 0, 'd/é#?': 70_000, e: 200_000, f: 16_384, g: 3, 'h/i/j': 65_536, k: 100_001 },
      { version },
    )
    const torrent = await add(await open(), metainfo)
    await complete(torrent)
    await expectContent(torrent)
    expectOnce()
    // Neither pads nor empty files.
    expect(server.seen.some(({ path }) => path.includes('.pad') || path.endsWith('/c'))).toBe(false)
    expect(server.askedBytes).toBe(1 + 70_000 + 200_000 + 16_384 + 3 + 65_536 + 100_001)
  })

  it('many tiny files', async () => {
    const metainfo = await share(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`f${i}`, 500 + i])))
    const torrent = await add(await open(), metainfo)
    await complete(torrent)
    await expectContent(torrent)
    expect(server.seen).toHaveLength(60)
  })

  it('only the files that are wanted, and what shares a piece with them', async () => {
    const metainfo = await share({ a: 500_000, b: 500_000, c: 500_000 }, { version: 'hybrid' })
    const torrent = await add(await open(), metainfo, { select: [1] })
    await complete(torrent)
    expect(new Set(server.seen.map(({ path }) => path))).toEqual(new Set(['/pub/folder/b']))
    await torrent.setPriority(2, 4)
    await complete(torrent)
    await expectFile(torrent, 2, '/pub/folder/c')
  })

  it('the web seeds that a .torrent names', async () => {
    const metainfo = await share({ f: 100_000 })
    const torrent = await add(
      await open(),
      { ...metainfo, webSeeds: [server.url('/pub/f')] },
      { webSeeds: [] },
    )
    await complete(torrent)
    await expectContent(torrent)
  })

  it('connections are closed when the torrent is complete', async () => {
    const torrent = await add(await open(), await share({ f: 1_000_000 }))
    const closed = new Promise<void>(resolve => {
      server.onAllClosed = resolve
    })
    await complete(torrent)
    await closed
  })

  it('a web seed that is added with the same torrent', async () => {
    const session = await open()
    const metainfo = await share({ f: 100_000 })
    const torrent = await add(session, metainfo, { webSeeds: [] })
    expect(await add(session, metainfo)).toBe(torrent)
    await complete(torrent)
  })

  it('a pause stops the requests, and a resume continues them', async () => {
    const torrent = await add(await open(), await share({ f: 20_000_000 }))
    await new Promise<void>(resolve => {
      const off = torrent.on('piece', () => {
        off()
        resolve()
      })
    })
    const lines: string[] = []
    torrent.on('log', line => lines.push(line))
    await torrent.pause()
    expect(torrent.stats.haveBytes).toBeLessThan(20_000_000)
    await torrent.resume()
    await complete(torrent)
    expect(lines).toEqual([])
    await expectContent(torrent)
  })
})

async function expectFile(torrent: Torrent, index: number, path: string): Promise<void> {
  expect(Buffer.compare(await contentOf(torrent, index), server.files.get(path)!)).toBe(0)
}

describe('together with peers', () => {
  /** A session that has all of it, on disk. */
  async function seeder(metainfo: Metainfo): Promise<Session> {
    const session = await open()
    await session.add(metainfo, { directory: folder, trusted: true })
    return session
  }

  it('no block is fetched twice', async () => {
    const length = 12_000_000
    const metainfo = await share({ f: length })
    const other = await seeder(metainfo)
    const session = await open()
    // Neither can have all of it before the other has started.
    session.setLimits({ downloadBytesPerSecond: 1e6 }, 'tcp')
    const peers = [`127.0.0.1:${other.port}`]
    const torrent = await add(session, metainfo, { peers, webSeeds: [] })
    await expect.poll(() => torrent.stats.haveBytes).toBeGreaterThan(0)
    session.setLimits({ downloadBytesPerSecond: 6e6 }, 'webseed')
    await session.add(metainfo, { webSeeds: [server.url('/pub/')] })
    await expect.poll(() => server.askedBytes).toBeGreaterThan(0)
    session.setLimits({ downloadBytesPerSecond: 6e6 }, 'tcp')
    await complete(torrent)
    await expectContent(torrent)
    expect(server.askedBytes).toBeLessThan(length)
    const sum = torrent.peers().reduce((bytes, peer) => bytes + peer.downloadedBytes, 0)
    expect(torrent.stats.wastedBytes).toBeLessThan(length / 20)
    expect(sum).toBeLessThan(length * 1.05)
    expectOnce()
  })

  it('a peer finishes what a dead web seed left', async () => {
    const metainfo = await share({ f: 6_000_000 })
    let answered = 0
    server.handle = (request, response) => {
      if (++answered <= 2) return false
      // Half an answer, then only refused connections.
      response.writeHead(206, {
        'content-range': `${request.headers.range!.replace('=', ' ')}/6000000`,
      })
      response.write(new Uint8Array(1000))
      void server.close()
      return true
    }
    const torrent = await add(await open(), metainfo)
    const died = new Promise<void>(resolve => {
      torrent.on('log', line => line.includes('tried again') && resolve())
    })
    await died
    expect(torrent.stats.haveBytes).toBeLessThan(6_000_000)
    const other = await seeder(metainfo)
    torrent.addPeer(`127.0.0.1:${other.port}`)
    await complete(torrent)
    await expectContent(torrent)
  })
})

describe('a useless web seed does not stop the download if', () => {
  /** Adds a good web seed only after the log shows that the bad one was handled. */
  async function survives(lengths: Record<string, number>, badUrl: string, said: RegExp): Promise<Torrent> {
    const session = await open()
    const metainfo = await share(lengths)
    const torrent = await add(session, metainfo, { webSeeds: [], paused: true })
    const heard = new Promise<string>(resolve => {
      torrent.on('log', line => said.test(line) && resolve(line))
    })
    await session.add(metainfo, { webSeeds: [badUrl] })
    await torrent.resume()
    expect(await heard).toMatch(said)
    await session.add(metainfo, { webSeeds: [server.url('/pub/')] })
    await complete(torrent)
    await expectContent(torrent)
    return torrent
  }

  it('it sends wrong bytes', async () => {
    server.files.set('/bad/f', new Uint8Array(1_000_000))
    const torrent = await survives({ f: 1_000_000 }, server.url('/bad/'), /sent wrong bytes and is banned/)
    expect(torrent.peers()[0]).toMatchObject({ progress: 0, peerChoking: true })
  })

  it('it does not have the file', async () => {
    await survives({ f: 300_000 }, server.url('/nothing/'), /does not give the file \(404\)/)
  })

  it('it has another file', async () => {
    server.files.set('/bad/f', new Uint8Array(7))
    await survives({ f: 300_000 }, server.url('/bad/'), /another file of that name/)
  })

  it('it cannot be reached', async () => {
    const dead = await RangeServer.open()
    const url = dead.url('/')
    await dead.close()
    await survives({ f: 300_000 }, url, /tried again in 2 s/)
  })

  it('its scheme is not supported', async () => {
    await survives(
      { f: 300_000 },
      'sftp://user:pw@127.0.0.1/f',
      /^web seed sftp:\/\/127.0.0.1\/f: this scheme is not/,
    )
  })

  it('it has some files and not others', async () => {
    server.files.set('/half/folder/b', new Uint8Array())
    const session = await open()
    const metainfo = await share({ a: 200_000, b: 200_000, c: 200_000 }, { version: 'hybrid' })
    server.files.delete('/pub/folder/b')
    const torrent = await add(session, metainfo)
    // It may be found missing before the session has returned the torrent.
    await expect.poll(() => torrent.peers()[0]?.progress, { timeout: limitMs(30) }).toBeCloseTo(8 / 12)
    await expectFile(torrent, 0, '/pub/folder/a')
    await expectFile(torrent, 2, '/pub/folder/c')
    expect(torrent.stats.state).toBe('downloading')
  })
})

it('web seeds obey the limits', async () => {
  const session = await open()
  session.setLimits({ downloadBytesPerSecond: 0 }, 'webseed')
  const metainfo = await share({ f: 2_000_000 })
  const torrent = await add(session, metainfo)
  // The limit lets nothing through; the new one lets everything through.
  const first = new Promise<void>(resolve => torrent.on('piece', () => resolve()))
  session.setLimits({ downloadBytesPerSecond: 50e6 }, 'webseed')
  await first
  await complete(torrent)
  await expectContent(torrent)
})
