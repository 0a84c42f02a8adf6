/** A node that restarts in place, as seen by API clients. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectNode, type NodeApi } from '@shoal/api'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readToken } from '../base/node-file.ts'
import { type StartedNode, type StartOptions, startNode } from './start.ts'
import { OwnTracker } from './tracker/own-tracker.ts'

const HASH = '0123456789abcdef0123456789abcdef01234567'
const STRICT = { proxy: 'socks5://127.0.0.1:9', proxyMode: 'strict' } as const

let folder: string
let node: StartedNode
let token: string
let api: NodeApi

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-restart-'))
  const options: StartOptions = {
    ...{ port: 0, host: '127.0.0.1', dataDir: join(folder, 'data'), dir: join(folder, 'downloads') },
    ...{ username: undefined, passwordFile: undefined, config: undefined },
    ...{ peerPort: 0, peerHost: '127.0.0.1', allowDir: [], allowedHost: [], trustedProxy: [] },
    ...{ noTracker: true, publicUrl: undefined, logLevel: 'error', open: false },
    set: [
      { section: 'network', name: 'dht', value: false },
      { section: 'network', name: 'lsd', value: false },
      { section: 'shoal', name: 'enabled', value: false },
    ],
  }
  node = await startNode(options)
  token = (await readToken(options.dataDir))!
  api = connectNode({ url: node.url, token })
})
afterEach(async () => {
  await node.close()
  await rm(folder, { recursive: true, force: true })
})

const startedMs = async () => (await api.getNode({})).startedMs

/** Opens an event stream. `ended` resolves when the node has ended it. */
async function openEvents(): Promise<{ readonly ended: Promise<unknown> }> {
  const answer = await fetch(`${node.url}/api/events`, { headers: { authorization: `Bearer ${token}` } })
  return { ended: answer.text().catch(() => '') }
}

describe('a change of the proxy', () => {
  test('is answered by the former run, and the next request by the next one, which keeps everything', async () => {
    const before = await startedMs()
    await api.addTorrent({ source: HASH, paused: true })
    const events = await openEvents()
    const { network } = await api.changeSettings({ network: STRICT })
    expect(network.proxy).toBe(STRICT.proxy)
    expect(await startedMs()).toBeGreaterThan(before)
    await events.ended
    expect(await api.getNode({})).toMatchObject({ peerPort: 0 })
    expect((await api.listTorrents({})).items).toMatchObject([{ id: HASH, state: 'paused' }])
    // It can be reverted although the proxy does not exist.
    await api.changeSettings({ network: { proxy: null } })
    expect((await api.getNode({})).peerPort).toBeGreaterThan(0)
  })

  test('leaves the former way to the network also if a part of the server cannot be left', async () => {
    const way = createSocket('udp4').bind(0, '0.0.0.0')
    await once(way, 'listening')
    let isLeft = false
    way.once('close', () => {
      isLeft = true
    })
    const stuck = vi.spyOn(OwnTracker.prototype, 'close').mockRejectedValueOnce(new Error('it is stuck'))
    await api.changeSettings({ network: STRICT })
    stuck.mockRestore()
    expect(isLeft).toBe(true)
  })

  test('that cannot work is refused before anything is closed', async () => {
    const before = await startedMs()
    const wrong = { proxy: 'socks5://proxy.example:9', proxyMode: 'strict' } as const
    await expect(api.changeSettings({ network: wrong })).rejects.toThrow(/IP address/)
    expect(await startedMs()).toBe(before)
    expect((await api.getSettings({})).network).toMatchObject({ proxy: null, proxyMode: 'prefer' })
  })

  test('made twice at once ends with the last', async () => {
    const changes = [STRICT.proxy, 'socks5://127.0.0.1:10'].map(proxy =>
      api.changeSettings({ network: { ...STRICT, proxy } }).catch(error => (error as { code: string }).code),
    )
    const answers = await Promise.all(changes)
    const { network } = await api.getSettings({})
    const accepted = answers.filter(answer => typeof answer !== 'string')
    expect(network.proxy).toBe(accepted.at(-1)!.network.proxy)
    expect(answers.filter(answer => typeof answer === 'string' && answer !== 'closed')).toEqual([])
  })
})

test('other settings do not restart the node, and restartNode does', async () => {
  const before = await startedMs()
  await api.changeSettings({ limits: { downloadBytesPerSecond: 1000 } })
  expect(await startedMs()).toBe(before)
  await api.restartNode({})
  expect(await startedMs()).toBeGreaterThan(before)
  expect((await api.getSettings({})).limits.downloadBytesPerSecond).toBe(1000)
})

test('a node that is stopped while it restarts stops', async () => {
  const restarted = api.restartNode({})
  const stopped = node.close()
  await Promise.all([restarted.catch(() => {}), stopped])
  await expect(fetch(`${node.url}/health`)).rejects.toThrow()
})
