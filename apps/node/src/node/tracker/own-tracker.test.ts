import { request } from 'node:http'
import { DEFAULT_SETTINGS } from '@shoal/api'
import { describe, expect, it, vi } from 'vitest'
import type { HttpPlace } from '../kernel/capability.ts'
import type { HttpDoor } from '../kernel/http-door.ts'
import { type Served, serve } from '../server/testing/served.ts'
import { ownAddresses } from './own-addresses.ts'
import { OwnTracker } from './own-tracker.ts'
import { ownTrackers } from './own-trackers.ts'

const HASH = Uint8Array.from({ length: 20 }, (_, at) => at + 0x41)
const TARGET = `/announce?info_hash=${Buffer.from(HASH).toString()}&peer_id=-XX0000-000000000000&port=7&left=1`

/** A session with one seed, and settings that can be changed. */
function coreWith(network: Partial<(typeof DEFAULT_SETTINGS)['network']> = {}) {
  const settings = { network: { ...DEFAULT_SETTINGS.network, ...network } }
  const torrent = { state: 'seeding', isComplete: true, infoHashes: { v1: HASH }, metainfo: null }
  return {
    settings: { current: settings },
    session: { port: 6881, torrents: [torrent], peerId: new Uint8Array(20), wantsOffer: () => false },
  } as unknown as ConstructorParameters<typeof OwnTracker>[0]
}

async function ask(url: string, target: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const asked = request(url + target, { headers }, response => {
      let text = ''
      response.setEncoding('latin1').on('data', part => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode!, text }))
    })
    asked.on('error', reject).end()
  })
}

async function withTracker(
  place: Partial<HttpPlace>,
  core: ReturnType<typeof coreWith>,
  work: (served: Served) => Promise<void>,
) {
  const tracker = new OwnTracker(core, undefined)
  const whole = {
    host: '127.0.0.1',
    allowedHosts: [],
    trustedProxies: [],
    ...place,
    door: { isOpen: place.host !== undefined } as HttpDoor,
  }
  const served = await serve({
    onHttpServer: [server => void tracker.join(server, whole)],
    allowedHosts: whole.allowedHosts,
  })
  try {
    await work(served)
  } finally {
    await tracker.close()
    await served.server.close()
  }
}

describe('the tracker inside a node', () => {
  it('returns peers without a login, and leaves other requests to the node', async () => {
    await withTracker({}, coreWith(), async ({ server, get }) => {
      const { status, text } = await ask(server.url, TARGET)
      expect(status).toBe(200)
      expect(text).toContain('8:completei')
      expect(text).toContain('\x7f\0\0\x01\x1a\xe1')
      expect((await ask(server.url, '/api/torrents')).status).toBe(401)
      expect((await get('/api/torrents')).status).toBe(200)
      expect((await ask(server.url, '/announcement')).status).toBe(404)
    })
  })

  it('accepts WebSockets at the same address as the node’s own', async () => {
    await withTracker({}, coreWith(), async ({ server }) => {
      const received: unknown[] = []
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/announce`)
      socket.onmessage = ({ data }) => received.push(JSON.parse(data))
      socket.onopen = () =>
        socket.send(JSON.stringify({ action: 'scrape', info_hash: Buffer.from(HASH).toString() }))
      await vi.waitFor(() => expect(received).toHaveLength(1))
      expect(received[0]).toMatchObject({ action: 'scrape' })
    })
  })

  it('rejects pages of other sites while only this machine reaches the node', async () => {
    await withTracker({}, coreWith(), async ({ server }) => {
      expect((await ask(server.url, TARGET, { host: 'evil.example' })).status).toBe(403)
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/announce`, {
        headers: { origin: 'https://evil.example' },
      } as never)
      await expect(
        new Promise((resolve, reject) => {
          socket.onopen = resolve
          socket.onerror = () => reject(new Error('refused'))
        }),
      ).rejects.toThrow('refused')
    })
  })

  it.each([{}, { allowedHosts: ['node.example'] }])(
    'takes no announce of a page of another site: %j',
    async place => {
      await withTracker(place, coreWith(), async ({ server }) => {
        const from = (site: string) => ask(server.url, TARGET, { 'sec-fetch-site': site })
        for (const site of ['cross-site', 'same-site']) expect((await from(site)).status).not.toBe(200)
        for (const site of ['same-origin', 'none']) expect((await from(site)).status).toBe(200)
      })
    },
  )

  it('does not let this machine announce other addresses, and limits its rate', async () => {
    await withTracker({}, coreWith(), async ({ server }) => {
      await ask(server.url, `${TARGET}&ip=203.0.113.9`)
      const other = TARGET.replace('port=7', 'port=8')
      expect((await ask(server.url, other)).text).not.toContain('\xcb\0q\x09')
      let text = ''
      // 1000 requests in ten seconds, of which two may be sent in parts.
      for (let count = 0; count < 2100 && !text.includes('slow down'); count++)
        text = (await ask(server.url, other)).text
      expect(text).toContain('slow down')
    })
  })

  it('returns no local addresses to clients behind an unknown proxy', async () => {
    const OWN = '\x7f\0\0\x01\x1a\xe1'
    await withTracker({ allowedHosts: ['node.example'] }, coreWith(), async ({ server }) => {
      const told = async (headers: Record<string, string>) => (await ask(server.url, TARGET, headers)).text
      expect(await told({})).toContain(OWN)
      expect(await told({ host: 'localhost:8420' })).toContain(OWN)
      for (const headers of [
        { host: 'node.example' },
        { 'x-forwarded-for': '203.0.113.5' },
        { via: '1.1 x' },
      ]) {
        const text = await told(headers)
        expect(text).toContain('8:complete')
        expect(text).not.toContain(OWN)
      }
    })
  })

  it('accepts pages and peers from anywhere on a node that others reach', async () => {
    await withTracker({ allowedHosts: ['node.example'] }, coreWith(), async ({ server }) => {
      expect((await ask(server.url, TARGET, { host: 'any.example' })).status).toBe(200)
      expect((await ask(server.url, '/api/torrents', { host: 'any.example' })).status).toBe(403)
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/announce`, {
        headers: { origin: 'https://page.example' },
      } as never)
      await new Promise((resolve, reject) => {
        socket.onopen = resolve
        socket.onerror = reject
      })
      socket.close()
    })
  })

  it('is absent if it is disabled', async () => {
    await withTracker({}, coreWith({ ownTracker: false }), async ({ server }) => {
      expect((await ask(server.url, TARGET)).status).toBe(404)
    })
  })

  it('is part of new shares if others can reach it', () => {
    expect(ownTrackers({ ownTracker: true, publicUrl: null })).toEqual([])
    expect(ownTrackers({ ownTracker: false, publicUrl: 'http://a' })).toEqual([])
    expect(ownTrackers({ ownTracker: true, publicUrl: 'https://node.example/' })).toEqual([
      'https://node.example/announce',
      'wss://node.example/announce',
    ])
  })

  it('returns only the address that the node listens on for peers', () => {
    expect(ownAddresses('198.51.100.7', 'http://203.0.113.1')).toEqual(['198.51.100.7'])
    expect(ownAddresses(undefined, 'http://203.0.113.1:8420')).toEqual(
      expect.arrayContaining(['127.0.0.1', '203.0.113.1']),
    )
  })
})
