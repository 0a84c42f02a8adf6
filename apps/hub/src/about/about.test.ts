import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectHub } from '@shoal/hub-api/client'
import { openFileStores } from '@shoal/hub-stores/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SetupError } from '../failure.ts'
import { type Hub, startHub } from '../hub.ts'
import { NO_LOG } from '../kernel/log.ts'
import type { Given } from '../options.ts'

let data: string
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'shoal-hub-'))
})
afterEach(() => rm(data, { recursive: true }))

async function withHub<T>(given: Given, work: (hub: Hub, base: string) => Promise<T>): Promise<T> {
  const hub = await startHub({ port: 0, noUdp: true, data, ...given }, NO_LOG)
  try {
    return await work(hub, `http://127.0.0.1:${hub.port}`)
  } finally {
    await hub.close()
  }
}

describe('a hub', () => {
  it('says who it is to everyone, and keeps its key', async () => {
    const first = await withHub({ name: 'Our hub', registration: 'open' }, async ({ port }, url) => {
      const it = await connectHub({ url }).getHub({})
      expect(it).toMatchObject({
        name: 'Our hub',
        registration: 'open',
        did: null,
        trackers: [`http://127.0.0.1:${port}/announce`, `ws://127.0.0.1:${port}/announce`],
        isTrackerPrivate: false,
        chatApp: null,
        roomGuests: false,
        capabilities: expect.arrayContaining(['hub', 'tracker']),
      })
      return it
    })
    expect(first.key).toMatch(/^did:key:z6Mk/)
    const again = await withHub({}, async (_hub, url) => connectHub({ url }).getHub({}))
    expect(again).toMatchObject({ key: first.key, name: 'Shoal hub', registration: 'invite' })
  })

  it('keeps its key encrypted, in a file that only its user reads', async () => {
    const file = join(data, 'secrets.key')
    await withHub({}, async () => {})
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const secret = await readFile(file)
    for (const name of ['hub.db', 'hub.db-wal'])
      expect((await readFile(join(data, name)).catch(() => Buffer.alloc(0))).includes(secret)).toBe(false)
    await rm(file)
    await expect(withHub({}, async () => {})).rejects.toThrow(SetupError)
    // Nothing is created that a later start would mistake for the right one.
    await expect(stat(file)).rejects.toThrow()
  })

  it('invites its owner until there is an account, and only the newest invitation counts', async () => {
    const secrets: string[] = []
    for (let start = 0; start < 2; start++)
      await withHub({ publicUrl: 'https://hub.example.org' }, async ({ ownerLink }) => {
        expect(ownerLink).toMatch(/^https:\/\/hub\.example\.org\/#invitation=[\w-]{22}$/)
        secrets.push(ownerLink!.split('=')[1]!)
      })
    await using stores = await openFileStores(join(data, 'hub.db'))
    expect(await stores.invitations.check(secrets[0]!)).toBeNull()
    const owner = await stores.accounts.create({ did: 'did:key:owner', invitation: secrets[1]! })
    expect(owner.role).toBe('admin')
    await withHub({}, async ({ ownerLink }) => expect(ownerLink).toBeNull())
  })

  it('shows its key at did:web, if it has a public address', async () => {
    const get = async (base: string) => fetch(`${base}/.well-known/did.json`)
    await withHub({}, async (_hub, url) => expect((await get(url)).status).toBe(404))
    await withHub({ publicUrl: 'https://hub.example.org:8443' }, async (_hub, url) => {
      const { key, did } = await connectHub({ url }).getHub({})
      expect(did).toBe('did:web:hub.example.org%3A8443')
      const response = await get(url)
      expect(response.headers.get('content-type')).toMatch(/^application\/did\+json/)
      const document = await response.json()
      expect(document.id).toBe(did)
      expect(`did:key:${document.verificationMethod[0].publicKeyMultibase}`).toBe(key)
      expect(document.assertionMethod).toEqual([document.verificationMethod[0].id])
    })
  })

  it('accepts the names that it was given, and load balancers under any', async () => {
    await withHub({ publicUrl: 'https://hub.example.org' }, async ({ port }) => {
      const { request } = await import('node:http')
      const status = (path: string, host: string) =>
        new Promise(resolve => {
          const sent = request({ port, path, headers: { host } }, ({ statusCode }) => resolve(statusCode))
          sent.on('response', response => response.resume()).end()
        })
      expect(await status('/api/hub', 'hub.example.org')).toBe(200)
      expect(await status('/api/hub', 'rebound.example.com')).toBe(403)
      expect(await status('/ready', 'rebound.example.com')).toBe(200)
    })
  })
})
