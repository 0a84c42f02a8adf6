import { once } from 'node:events'
import { createServer } from 'node:http'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { attachTracker, takeOver } from '../http/attach.ts'
import { HttpFront } from '../http/http-front.ts'
import type { Announce } from '../store.ts'
import { LateStore } from '../testing/late-store.ts'
import { UdpClient, udpAnnounce } from '../testing/udp-client.ts'
import { Tracker, type TrackerOptions } from '../tracker.ts'
import { UdpFront } from '../udp/udp-front.ts'
import { WebSocketFront } from '../ws/web-socket-front.ts'
import type { PasskeyAccounts } from './access-rules.ts'

const KEY = 'annannannann'
const PEER = '-XX0000-aaaaaaaaaaa\xff'
const HASH = Buffer.from('0001207f80ff61622541002b2f3d263f00ffee01', 'hex')
const escaped = (text: string) =>
  Array.from(Buffer.from(text, 'latin1'), byte => `%${byte.toString(16).padStart(2, '0')}`).join('')

/** Accounts with asynchronous lookups, like those of a database. */
class TestAccounts implements PasskeyAccounts {
  readonly owners = new Map([[KEY, 'ann']])
  readonly counted: unknown[] = []
  readonly #known = new Map<string, string | null>()
  lookups = 0
  isAway = false

  find(passkey: string) {
    return this.#known.get(passkey)
  }

  async lookUp(passkey: string) {
    this.lookups++
    await new Promise(resolve => setTimeout(resolve, 5))
    if (!this.isAway) this.#known.set(passkey, this.owners.get(passkey) ?? null)
  }

  revoke(passkey: string) {
    this.#known.set(passkey, null)
  }

  count(account: string, { hash, peerId, uploadedBytes, downloadedBytes, event }: Announce) {
    const bytes = Buffer.alloc(20)
    for (const [at, word] of hash.entries()) bytes.writeInt32BE(word, 4 * at)
    expect(bytes).toEqual(HASH)
    this.counted.push([
      account,
      Buffer.from(peerId).toString('latin1'),
      uploadedBytes,
      downloadedBytes,
      event,
    ])
  }
}

async function open(accounts: TestAccounts, options: TrackerOptions = {}) {
  const tracker = new Tracker({ isPrivate: true, ...options })
  tracker.access.setAccounts(accounts)
  const webSockets = new WebSocketFront(tracker)
  const server = createServer((_request, response) => response.end('page'))
  attachTracker(server, tracker, { webSockets, trustedProxies: ['127.0.0.1'] })
  const at = { host: '127.0.0.1', port: 0 }
  const others = takeOver(server)
  const http = await HttpFront.open(tracker, { ...at, webSockets, others, trustedProxies: ['127.0.0.1'] })
  const udp = await UdpFront.open(tracker, at)
  const client = await UdpClient.open('127.0.0.1', udp.port)
  return {
    tracker,
    webSockets,
    async http(key: string, rest: string, from = '127.0.0.1') {
      const query = `info_hash=${escaped(HASH.toString('latin1'))}&port=1&left=1&${rest}`
      const headers = { 'x-forwarded-for': from }
      const path = key === '' ? '/announce' : `/${key}/announce`
      return (await fetch(`http://127.0.0.1:${http.port}${path}?${query}`, { headers })).text()
    },
    /** Hands the connection over to the server before it announces. */
    async page() {
      expect(await (await fetch(`http://127.0.0.1:${http.port}/`)).text()).toBe('page')
    },
    async udp(key: string, uploaded: number, downloaded: number) {
      const urlData = `/${key}/announce`
      const id = await client.connect()
      const packet = udpAnnounce({ id, hash: HASH, port: 2, urlData, peerId: PEER, uploaded, downloaded })
      return (await client.ask(packet)).readInt32BE(0)
    },
    webSocket: (key: string) => new WebSocket(`ws://127.0.0.1:${http.port}/${key}/announce`),
    async [Symbol.asyncDispose]() {
      await Promise.all([http.close(), udp.close(), webSockets.close(), client[Symbol.asyncDispose]()])
      server.close()
      await tracker.close()
    },
  }
}

describe('passkeys of accounts', () => {
  let accounts: TestAccounts
  beforeEach(() => {
    accounts = new TestAccounts()
  })
  const transfers = `peer_id=${escaped(PEER)}&uploaded=9007199254740991&downloaded=7`
  const all = ['ann', PEER, Number.MAX_SAFE_INTEGER, 7, 0]

  it('are looked up once, and what their peers transfer is counted over each protocol', async () => {
    for (const options of [{}, { store: new LateStore() }]) {
      accounts = new TestAccounts()
      await using opened = await open(accounts, options)
      expect(await opened.http(KEY, transfers)).toContain('8:complete')
      expect(await opened.udp(KEY, Number.MAX_SAFE_INTEGER, 7)).toBe(1)
      const page = opened.webSocket(KEY)
      await once(page, 'open')
      const message = { action: 'announce', info_hash: HASH.toString('latin1'), peer_id: PEER, left: 1 }
      page.send(JSON.stringify({ ...message, uploaded: Number.MAX_SAFE_INTEGER, downloaded: 7 }))
      await vi.waitFor(() => expect(accounts.counted).toEqual([all, all, all]))
      expect(accounts.lookups).toBe(1)
      page.close()
    }
  })

  it('count also on connections that another server has', async () => {
    await using opened = await open(accounts)
    await opened.page()
    expect(await opened.http(KEY, `${transfers}&event=stopped`)).toContain('8:complete')
    expect(accounts.counted).toEqual([[...all.slice(0, -1), 3]])
  })

  it.each([
    ['without what they transferred', ''],
    ['with a number that is too large', transfers.replace('9007199254740991', '9007199254740993')],
    ['with a negative number', transfers.replace('uploaded=9', 'uploaded=-9')],
    ['with a short peer ID', transfers.replace('peer_id=%2d', 'peer_id=')],
    ['with half an escape', transfers.replace('%ff', '%f')],
  ])('serve peers %s, and count nothing', async (_name, rest) => {
    await using opened = await open(accounts)
    expect(await opened.http(KEY, rest)).toContain('8:complete')
    expect(accounts.counted).toEqual([])
  })

  it('are refused if nobody has them, and looked up no more after ten wrong ones of an address', async () => {
    await using opened = await open(accounts)
    for (let guess = 0; guess < 10; guess++)
      expect(await opened.http(`wrong${1000 + guess}`, transfers, '203.0.113.5')).toContain('is private')
    for (const key of ['wrong2000', KEY])
      expect(await opened.http(key, transfers, '203.0.113.5')).toContain('Too many wrong passkeys')
    expect(accounts.lookups).toBe(10)
    expect(await opened.http(KEY, transfers, '203.0.113.6')).toContain('8:complete')
    expect(await opened.http('', transfers)).toContain('is private')
    expect(await opened.udp('wrong2000', 1, 1)).toBe(3)
    await once(opened.webSocket('wrong2000'), 'error')
    expect(accounts.counted).toHaveLength(1)
  })

  it('may be tried again when they cannot be looked up', async () => {
    await using opened = await open(accounts)
    accounts.isAway = true
    const failure = await opened.http(KEY, transfers)
    expect(failure).toContain('cannot check your passkey')
    expect(failure).toContain('8:retry ini1e')
    expect(await opened.udp(KEY, 1, 1)).toBe(3)
    await once(opened.webSocket(KEY), 'error')
    accounts.isAway = false
    expect(await opened.http(KEY, transfers)).toContain('8:complete')
  })

  it('serve no longer once they are revoked, also on WebSockets that are open', async () => {
    await using opened = await open(accounts)
    const page = opened.webSocket(KEY)
    await once(page, 'open')
    accounts.revoke(KEY)
    const closed = once(page, 'close')
    page.send(JSON.stringify({ action: 'scrape', info_hash: 'a'.repeat(20) }))
    expect((await closed)[0].code).toBe(1008)
    expect(await opened.http(KEY, transfers)).toContain('is private')
  })

  it('are needed by nobody on a public tracker, where wrong ones are refused', async () => {
    await using opened = await open(accounts, { isPrivate: false })
    expect(await opened.http('', transfers)).toContain('8:complete')
    expect(accounts.counted).toEqual([])
    expect(await opened.http(KEY, transfers)).toContain('8:complete')
    expect(accounts.counted).toEqual([all])
    expect(await opened.http('wrong1000', transfers)).toContain('is private')
  })

  it('are right besides those of a list, which count for nobody', async () => {
    await using opened = await open(accounts, { passkeys: ['secretkey1'] })
    expect(await opened.http('secretkey1', transfers)).toContain('8:complete')
    expect(accounts.lookups + accounts.counted.length).toBe(0)
    expect(await opened.http(KEY, transfers)).toContain('8:complete')
    expect(accounts.counted).toEqual([all])
  })
})
