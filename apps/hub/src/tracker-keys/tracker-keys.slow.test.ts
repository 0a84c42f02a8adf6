import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectHub } from '@shoal/hub-api/client'
import { limitMs } from '@shoal/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SetupError } from '../failure.ts'
import { startHub } from '../hub.ts'
import { NO_LOG } from '../kernel/log.ts'
import type { Given } from '../options.ts'
import { type TestDatabase, testDatabase } from '../testing/test-database.ts'

const [ANN, BEN] = ['did:key:ann', 'did:key:ben']
const HASH = '68'.repeat(20)

let data: string
let database: TestDatabase
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'shoal-hub-'))
  database = await testDatabase(data)
  await using stores = await database.openStores()
  await stores.accounts.create({ did: ANN, name: 'Ann' })
  await stores.accounts.create({ did: BEN, role: 'admin' })
})
afterEach(() => rm(data, { recursive: true }))

/** A hub with members Ann, and Ben, who is an admin. */
async function open(given: Given = {}) {
  const hub = await startHub({ port: 0, data, privateTracker: true, ...database.given, ...given }, NO_LOG)
  const url = `http://127.0.0.1:${hub.port}`
  const stores = await database.openStores()
  const session = async (did: string) => {
    const { secret } = await stores.sessions.begin(did, { label: '', lifeMs: 60_000 })
    return connectHub({ url, session: secret })
  }
  return {
    hub,
    stores,
    ann: await session(ANN),
    ben: await session(BEN),
    async announce(base: string, [uploaded, downloaded]: [number, number], event = '') {
      const query = `info_hash=${'h'.repeat(20)}&peer_id=${'p'.repeat(20)}&port=5&left=1`
      const text = `${base}?${query}&uploaded=${uploaded}&downloaded=${downloaded}&event=${event}`
      return (await fetch(text)).text()
    },
    async [Symbol.asyncDispose]() {
      await hub.drain(0)
      await hub.close()
      await stores.close()
    },
  }
}

const http = (urls: readonly string[]) => urls.find(url => url.startsWith('http:'))!

describe('the passkey of a member', () => {
  it('is needed by a private tracker, and its peers are counted, also across restarts', async () => {
    let url: string
    {
      await using opened = await open()
      const { hub, ann, announce } = opened
      expect(hub.isPrivate).toBe(true)
      expect(await announce(`http://127.0.0.1:${hub.port}/announce`, [0, 0])).toContain('is private')
      expect(await ann.getTrackerAccount({})).toEqual({
        hasKey: false,
        isPrivate: true,
        announceUrls: [
          `http://127.0.0.1:${hub.port}/PASSKEY/announce`,
          `udp://127.0.0.1:${hub.port}/PASSKEY/announce`,
          `ws://127.0.0.1:${hub.port}/PASSKEY/announce`,
        ],
        ...{ uploadedBytes: 0, downloadedBytes: 0, torrents: [] },
      })
      const { passkey, announceUrls } = await ann.renewTrackerKey({})
      expect(passkey).toMatch(/^[0-9a-f]{32}$/)
      url = http(announceUrls)
      expect(url).toBe(`http://127.0.0.1:${hub.port}/${passkey}/announce`)
      expect(await announce(url, [0, 0], 'started')).toContain('8:complete')
      expect(await announce(url, [700, 50])).toContain('8:complete')
    }
    const { port } = new URL(url)
    await using opened = await open({ port: Number(port) })
    const { ann, ben, announce } = opened
    const counted = { uploadedBytes: 700, downloadedBytes: 50 }
    expect(await ann.getTrackerAccount({})).toMatchObject({
      ...{ hasKey: true, ...counted, torrents: [{ infoHash: HASH, ...counted }] },
    })
    expect(await announce(url, [1000, 60], 'stopped')).toContain('8:complete')
    await vi.waitFor(async () =>
      expect(await ann.getTrackerAccount({})).toMatchObject({ uploadedBytes: 1000, downloadedBytes: 60 }),
    )
    const row = { did: ANN, name: 'Ann', uploadedBytes: 1000, downloadedBytes: 60 }
    expect(await ben.listTrackerTotals({})).toEqual({ accounts: [row], next: null })
    expect(await ben.listTrackerTotals({ limit: 1 })).toEqual({ accounts: [row], next: ANN })
    expect(await ben.listTrackerTotals({ after: ANN })).toEqual({ accounts: [], next: null })
  })

  it('is void when it is renewed, and when its member is banned', async () => {
    await using opened = await open()
    const { stores, ann, announce } = opened
    const before = http((await ann.renewTrackerKey({})).announceUrls)
    expect(await announce(before, [0, 0])).toContain('8:complete')
    const after = http((await ann.renewTrackerKey({})).announceUrls)
    expect(await announce(before, [0, 0])).toContain('is private')
    expect(await announce(after, [0, 0])).toContain('8:complete')
    await stores.accounts.change(ANN, { state: 'banned' })
    await vi.waitFor(async () => expect(await announce(after, [0, 0])).toContain('is private'), limitMs(30))
  })

  it('is a member’s own, and the totals are for admins', async () => {
    await using opened = await open({ privateTracker: false, publicUrl: 'https://hub.example.org' })
    const { hub, ann, announce } = opened
    const url = `http://127.0.0.1:${hub.port}`
    await expect(ann.listTrackerTotals({})).rejects.toMatchObject({ code: 'forbidden' })
    for (const call of ['getTrackerAccount', 'renewTrackerKey'] as const)
      await expect(connectHub({ url })[call]({})).rejects.toMatchObject({ code: 'unauthorized' })
    expect(await announce(`${url}/announce`, [0, 0])).toContain('8:complete')
    expect(await announce(`${url}/${'0'.repeat(32)}/announce`, [0, 0])).toContain('is private')
    expect((await ann.getTrackerAccount({})).announceUrls).toEqual([
      'https://hub.example.org/PASSKEY/announce',
      `udp://hub.example.org:${hub.port}/PASSKEY/announce`,
      'wss://hub.example.org/PASSKEY/announce',
    ])
  })

  it('needs members', async () => {
    const given = { port: 0, onlyTracker: true, privateTracker: true }
    await expect(startHub(given, NO_LOG)).rejects.toThrow(SetupError)
  })
})
