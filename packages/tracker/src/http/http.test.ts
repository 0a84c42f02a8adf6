import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { asBytes, asDictionary, asInteger, asList, asText, decode } from '@shoal/torrent/bencode'
import { describe, expect, it } from 'vitest'
import { Tracker, type TrackerOptions } from '../tracker.ts'
import { httpHandler } from './handler.ts'
import { HttpFront } from './http-front.ts'

type Serve = (tracker: Tracker, host: string) => Promise<{ port: number; close(): Promise<unknown> }>

/** The tracker attached to a server that passes on the client's address. */
const asGuest: Serve = async (tracker, host) => {
  const handler = httpHandler(tracker)
  const server = createServer((request, response) => {
    const address = request.headers['x-forwarded-for'] as string | undefined
    if (!handler.handle(request, response, address)) response.writeHead(404).end()
  })
  await new Promise<void>(resolve => server.listen(0, host, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.closeAllConnections()
      return new Promise(resolve => server.close(resolve))
    },
  }
}

const byItself: Serve = (tracker, host) =>
  HttpFront.open(tracker, { host, port: 0, trustedProxies: ['127.0.0.1', '::1'] })

async function openWith(serve: Serve, options: TrackerOptions = {}, host = '127.0.0.1') {
  const tracker = new Tracker(options)
  const server = await serve(tracker, host)
  const name = host.includes(':') ? `[${host}]` : host
  return {
    tracker,
    async ask(target: string, address?: string, fields: Record<string, string> = {}) {
      const headers = { ...fields, ...(address !== undefined && { 'x-forwarded-for': address }) }
      // Not with fetch, which sets some headers itself.
      const asked = request(`http://${name}:${server.port}${target}`, { headers, agent: false }).end()
      const [response] = (await once(asked, 'response')) as [IncomingMessage]
      const bytes = new Uint8Array(await buffer(response))
      const isFine = response.statusCode === 200
      return { status: response.statusCode, body: (isFine && asDictionary(decode(bytes))) || new Map() }
    },
    async [Symbol.asyncDispose]() {
      await server.close()
      await tracker.close()
    },
  }
}

const hash = Buffer.from('0001207f80ff61622541002b2f3d263f00ffee01', 'hex')
const escaped = (bytes: Uint8Array) =>
  Array.from(bytes, byte => `%${byte.toString(16).padStart(2, '0')}`).join('')
const HASH = escaped(hash)
const announce = (port: number, rest = '', of = HASH) =>
  `/announce?info_hash=${of}&peer_id=-XX0000-000000000000&port=${port}&uploaded=0&downloaded=0&left=5${rest}`
const peersOf = (body: ReadonlyMap<string, unknown>, key = 'peers') =>
  Buffer.from(asBytes(body.get(key) as never) ?? []).toString('hex')

describe.each([
  ['as a guest of node:http', asGuest],
  ['by its own listener', byItself],
])('HTTP (BEP 3, 7, 23, 24, 31, 48), %s', (_name, serve) => {
  const open = (options?: TrackerOptions, host?: string) => openWith(serve, options, host)

  it('returns peers, in compact form and as dictionaries', async () => {
    await using tracker = await open()
    const { body } = await tracker.ask(announce(1001, '&event=started&left=0'))
    expect(asInteger(body.get('complete'))).toBe(1)
    expect(asInteger(body.get('interval'))).toBeGreaterThanOrEqual(1800)
    expect(asInteger(body.get('min interval'))).toBe(60)
    expect(asText(body.get('tracker id'))).toMatch(/^[0-9a-f]{8}$/)
    expect(peersOf(body)).toBe('')
    expect(peersOf((await tracker.ask(announce(1002, '&compact=1'))).body)).toBe('7f00000103e9')
    const listed = asList((await tracker.ask(announce(1002, '&compact=0'))).body.get('peers'))!
    expect(asText(asDictionary(listed[0]!)!.get('ip'))).toBe('127.0.0.1')
    expect(asInteger(asDictionary(listed[0]!)!.get('port'))).toBe(1001)
    const { body: none } = await tracker.ask(announce(1003, '&numwant=0'))
    expect(peersOf(none)).toBe('')
    expect(asInteger(none.get('incomplete'))).toBe(2)
  })

  it('returns IPv6 peers to IPv6 clients', async () => {
    await using tracker = await open({}, '::1')
    await tracker.ask(announce(1001))
    const { body } = await tracker.ask(announce(1002))
    expect(peersOf(body, 'peers6')).toBe('0000000000000000000000000000000103e9')
    expect(peersOf(body)).toBe('')
  })

  it('returns the client’s own address (BEP 24) if it is an external one', async () => {
    await using tracker = await open()
    const seen = async (address?: string) =>
      asBytes((await tracker.ask(announce(1001, '&ip=8.8.8.8'), address)).body.get('external ip'))
    expect(Buffer.from((await seen('203.0.113.5'))!).toString('hex')).toBe('cb007105')
    expect(Buffer.from((await seen('2001:db8::7'))!).toString('hex')).toBe(`20010db8${'0'.repeat(22)}07`)
    for (const near of [undefined, '192.168.1.5', 'fd00::1']) expect(await seen(near)).toBeUndefined()
  })

  it('refuses announces from pages of other sites', async () => {
    await using tracker = await open()
    const ask = (site: string) => tracker.ask(announce(1001), '203.0.113.5', { 'sec-fetch-site': site })
    for (const site of ['cross-site', 'same-site'])
      expect(asText((await ask(site)).body.get('failure reason'))).toBe(
        'Web pages must announce over WebSocket',
      )
    for (const site of ['none', 'same-origin']) expect((await ask(site)).body.has('peers')).toBe(true)
  })

  it('accepts info hashes as clients encode them', async () => {
    await using tracker = await open()
    await tracker.ask(announce(1001))
    const plain = '%00%01%20%7f%80%FFab%25A%00%2b%2F%3d%26%3F%00%ff%EE%01'
    expect(peersOf((await tracker.ask(announce(1002, '', plain))).body)).toBe('7f00000103e9')
    // BEP 52: the first 20 bytes of a v2 hash.
    const v2 = HASH + escaped(new Uint8Array(12))
    expect(peersOf((await tracker.ask(announce(1003, '', v2))).body)).toHaveLength(24)
  })

  it('answers scrapes (BEP 48)', async () => {
    await using tracker = await open()
    const other = escaped(new Uint8Array(20))
    await tracker.ask(announce(1))
    await tracker.ask(announce(1, '&event=completed&left=0'))
    const { body } = await tracker.ask(`/scrape?info_hash=${HASH}&info_hash=${other}&info_hash=${HASH}`)
    const files = asDictionary(body.get('files'))!
    expect([...files.keys()]).toEqual(['\0'.repeat(20), hash.toString('latin1')])
    const entry = asDictionary(files.get(hash.toString('latin1'))!)!
    expect(Object.fromEntries(entry)).toEqual({ complete: 1, downloaded: 1, incomplete: 0 })
    expect(asText((await tracker.ask('/scrape')).body.get('failure reason'))).toContain('Name the torrents')
  })

  it.each([
    ['/announce', 'info_hash'],
    ['/announce?info_hash=abc&port=1', '20 bytes'],
    [`/announce?info_hash=${HASH}%0`, '20 bytes'],
    [`/announce?info_hash=${HASH}%zz`, '20 bytes'],
    [`/announce?info_hash=${HASH}`, 'port is missing'],
    [`/announce?info_hash=${HASH}&port=0`, 'port'],
    [`/announce?info_hash=${HASH}&port=65536`, 'port'],
    [`/announce?info_hash=${HASH}&port=-1`, 'port'],
    [`/announce?info_hash=${HASH}&info_hash=${HASH}&port=1`, 'one info_hash'],
  ])('reports an error for %s', async (target, reason) => {
    await using tracker = await open()
    expect(asText((await tracker.ask(target)).body.get('failure reason'))).toContain(reason)
    expect(await tracker.tracker.stats()).toMatchObject({ swarms: 0 })
  })

  it('does not handle other requests', async () => {
    await using tracker = await open()
    for (const target of ['/', '/announcement', '/x/y/announce', '/announce/', `/${'k'.repeat(65)}/announce`])
      expect((await tracker.ask(target)).status).toBe(404)
  })

  it('lets only this machine and trusted addresses announce other addresses', async () => {
    await using tracker = await open({ trustedAddresses: ['198.51.100.0/24'] })
    const stranger = '203.0.113.5'
    await tracker.ask(announce(1, '&ip=8.8.8.8'), stranger)
    await tracker.ask(announce(2, '&ip=8.8.4.4'), '198.51.100.9')
    await tracker.ask(announce(3, '&ip=9.9.9.9'))
    const peers = peersOf((await tracker.ask(announce(4), '203.0.113.6')).body)
    expect(peers.match(/.{12}/g)!.sort()).toEqual(['080804040002', '090909090003', 'cb0071050001'])
  })

  it('is private with passkeys, and tells other clients never to retry', async () => {
    await using tracker = await open({ passkeys: ['secretkey1'] })
    const { body } = await tracker.ask(announce(1))
    expect(asText(body.get('failure reason'))).toContain('private')
    expect(asText(body.get('retry in'))).toBe('never')
    expect((await tracker.ask(`/secretkey1${announce(1)}`)).body.has('peers')).toBe(true)
  })

  it('slows down guesses of passkeys, also once they are right, but not members at the address', async () => {
    let nowMs = 0
    await using tracker = await open({ passkeys: ['secretkey1', 'secretkey2'], nowMs: () => nowMs })
    const ask = async (key: string, address = '203.0.113.5') =>
      (await tracker.ask(`/${key}${announce(1)}`, address)).body
    expect((await ask('secretkey1')).has('peers')).toBe(true)
    for (let guess = 0; guess < 10; guess++)
      expect(asText((await ask(`wrong${1000 + guess}`)).get('failure reason'))).toContain('private')
    for (const key of ['wrongkey1', 'secretkey2']) {
      const body = await ask(key)
      expect(asText(body.get('failure reason'))).toContain('Too many wrong passkeys')
      expect(asInteger(body.get('retry in'))).toBe(10)
    }
    expect((await ask('secretkey1')).has('peers')).toBe(true)
    expect((await ask('secretkey2', '203.0.113.6')).has('peers')).toBe(true)
    nowMs += 600_000
    expect((await ask('secretkey2')).has('peers')).toBe(true)
  })

  it('does not count announces without a passkey as guesses', async () => {
    await using tracker = await open({ passkeys: ['secretkey1'] })
    for (let count = 0; count < 20; count++) await tracker.ask(announce(1), '203.0.113.5')
    expect((await tracker.ask(`/secretkey1${announce(1)}`, '203.0.113.5')).body.has('peers')).toBe(true)
  })

  it('refuses banned addresses, and addresses that announce too often', async () => {
    await using tracker = await open({ bannedAddresses: ['203.0.113.0/24'], announcesPerSecond: 0.5 })
    const failure = async (address: string) =>
      asText((await tracker.ask(announce(1), address)).body.get('failure reason'))
    expect(await failure('203.0.113.7')).toContain('banned')
    for (let count = 0; count < 5; count++) expect(await failure('198.51.100.1')).toBeUndefined()
    const { body } = await tracker.ask(announce(1), '198.51.100.1')
    expect(asText(body.get('failure reason'))).toContain('slow down')
    expect(asInteger(body.get('retry in'))).toBe(1)
  })
})
