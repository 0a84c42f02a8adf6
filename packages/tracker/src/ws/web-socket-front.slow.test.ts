import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, vi } from 'vitest'
import { Tracker, type TrackerOptions } from '../tracker.ts'
import { MAX_MESSAGE_BYTES } from './messages.ts'
import { WebSocketFront } from './web-socket-front.ts'

type Message = Record<string, unknown>

/** A page as the tracker sees it. */
class Page {
  readonly received: Message[] = []
  readonly socket: WebSocket
  closeCode: number | undefined

  constructor(url: string) {
    this.socket = new WebSocket(url)
    this.socket.onmessage = ({ data }) => this.received.push(JSON.parse(data))
    this.socket.onclose = ({ code }) => {
      this.closeCode = code
    }
  }

  /** Rejects if the server refuses it. */
  async opened(): Promise<this> {
    await vi.waitFor(() => expect(this.socket.readyState).not.toBe(WebSocket.CONNECTING))
    expect(this.socket.readyState).toBe(WebSocket.OPEN)
    return this
  }

  send(message: Message): void {
    this.socket.send(JSON.stringify(message))
  }

  /** Resolves to a message with these members once it arrives. */
  async got(members: Message): Promise<Message> {
    return vi.waitFor(() => {
      const found = this.received.find(message =>
        Object.keys(members).every(key => message[key] === members[key]),
      )
      expect(found, JSON.stringify(this.received)).toBeDefined()
      return found!
    })
  }
}

async function open(options: TrackerOptions = {}, maxConnections?: number) {
  const tracker = new Tracker(options)
  const front = new WebSocketFront(tracker, maxConnections === undefined ? {} : { maxConnections })
  const server = createServer((_request, response) => response.writeHead(404).end())
  server.on('upgrade', (request, socket, head) => {
    const [, address, path] = /^\/as-([^/]+)(.*)/.exec(request.url ?? '') ?? []
    if (path) request.url = path
    front.upgrade(request, socket, head, address)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    tracker,
    front,
    url,
    page: (path = '/announce') => new Page(url + path).opened(),
    async [Symbol.asyncDispose]() {
      await front.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await tracker.close()
    },
  }
}

/** Resolves to the response of a server that refuses the upgrade. */
async function upgrade(url: string, path: string): Promise<IncomingMessage> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  }
  const asked = request(url.replace('ws:', 'http:') + path, { headers, agent: false }).end()
  return (await once(asked, 'response'))[0]
}

const HASH = 'h\xff\0abcdefghijklmnop!'
const peer = (name: string) => `-WW0000-${name.padEnd(12, '.')}`
const announce = (name: string, rest: Message = {}): Message => ({
  action: 'announce',
  info_hash: HASH,
  peer_id: peer(name),
  left: 5,
  uploaded: 0,
  downloaded: 0,
  numwant: 5,
  offers: [],
  ...rest,
})
const offers = (...ids: string[]) =>
  ids.map(id => ({ offer_id: id, offer: { type: 'offer', sdp: `sdp of ${id}`, more: 'is dropped' } }))

describe('WebSocket (WebTorrent)', () => {
  it('relays offers to other peers, and answers back', async () => {
    await using tracker = await open()
    const [first, second] = [await tracker.page(), await tracker.page()]
    first.send(announce('first'))
    expect(await first.got({ action: 'announce', info_hash: HASH })).toMatchObject({
      complete: 0,
      incomplete: 1,
      interval: 120,
    })
    second.send(announce('second', { left: 0, offers: offers('one', 'two') }))
    const offer = await first.got({ peer_id: peer('second') })
    expect(offer).toEqual({
      action: 'announce',
      info_hash: HASH,
      peer_id: peer('second'),
      offer_id: 'one',
      offer: { type: 'offer', sdp: 'sdp of one' },
    })
    const answer = { type: 'answer', sdp: 'sdp of the answer' }
    first.send(announce('first', { to_peer_id: peer('second'), offer_id: 'one', answer }))
    expect(await second.got({ peer_id: peer('first') })).toEqual({
      action: 'announce',
      info_hash: HASH,
      peer_id: peer('first'),
      offer_id: 'one',
      answer,
    })
    // Candidates of both sides follow the answer.
    const candidate = { type: 'candidate', candidate: { candidate: 'candidate:1' } }
    second.send(announce('second', { to_peer_id: peer('first'), offer_id: 'one', answer: candidate }))
    expect(await first.got({ offer_id: 'one', answer: undefined, peer_id: peer('second') })).toBeDefined()
    await vi.waitFor(() => expect(first.received.at(-1)).toMatchObject({ answer: candidate }))
    expect(second.received.some(message => message.offer !== undefined)).toBe(false)
  })

  it('does not relay unsolicited answers', async () => {
    await using tracker = await open()
    const [first, second] = [await tracker.page(), await tracker.page()]
    first.send(announce('first'))
    await first.got({ incomplete: 1 })
    second.send(announce('second'))
    await second.got({ incomplete: 2 })
    const answer = { type: 'answer', sdp: 'unasked' }
    second.send(announce('second', { to_peer_id: peer('first'), offer_id: 'one', answer }))
    second.send({ action: 'scrape', info_hash: HASH })
    await second.got({ action: 'scrape' })
    first.send({ action: 'scrape', info_hash: HASH })
    await first.got({ action: 'scrape' })
    expect(first.received.some(message => message.answer !== undefined)).toBe(false)
  })

  it('does not relay offers between seeds', async () => {
    await using tracker = await open()
    const [first, second] = [await tracker.page(), await tracker.page()]
    first.send(announce('first', { left: 0 }))
    await first.got({ complete: 1 })
    second.send(announce('second', { left: 0, offers: offers('one') }))
    await second.got({ complete: 2 })
    first.send({ action: 'scrape', info_hash: [HASH] })
    expect(await first.got({ action: 'scrape' })).toMatchObject({
      files: { [HASH]: { complete: 2, incomplete: 0, downloaded: 0 } },
    })
    expect(first.received.some(message => message.offer !== undefined)).toBe(false)
  })

  it('removes peers that stop or disconnect', async () => {
    await using tracker = await open()
    const [first, second] = [await tracker.page(), await tracker.page()]
    const leeches = async () => (await tracker.tracker.stats()).leeches
    first.send(announce('first'))
    second.send(announce('second'))
    await vi.waitFor(async () => expect(await leeches()).toBe(2))
    second.send(announce('second', { event: 'stopped' }))
    await vi.waitFor(async () => expect(await leeches()).toBe(1))
    first.socket.close()
    await vi.waitFor(async () => expect(await leeches()).toBe(0))
    await vi.waitFor(() => expect(tracker.front.connections).toBe(1))
  })

  it('reports errors', async () => {
    await using tracker = await open({ allowedHashes: ['00'.repeat(20)] })
    const page = await tracker.page()
    const failure = 'failure reason'
    page.socket.send('no json')
    await page.got({ [failure]: 'The message is not a JSON object' })
    page.send({ action: 'dance' })
    await page.got({ [failure]: 'The action is neither announce nor scrape' })
    page.send(announce('me', { info_hash: 'short' }))
    await page.got({ [failure]: 'The info_hash must have 20 characters' })
    page.send(announce('me'))
    await page.got({ info_hash: HASH, [failure]: 'This tracker does not serve this torrent' })
    expect(await tracker.tracker.stats()).toMatchObject({ leeches: 0 })
  })

  it('disconnects clients that send too much, and keeps serving others', async () => {
    await using tracker = await open()
    const [large, many, calm] = [await tracker.page(), await tracker.page(), await tracker.page()]
    large.socket.send('x'.repeat(MAX_MESSAGE_BYTES + 1))
    await vi.waitFor(() => expect(large.closeCode).toBe(1009))
    for (let count = 0; count < 200; count++) many.send({ action: 'scrape', info_hash: HASH })
    await vi.waitFor(() => expect(many.closeCode).toBe(1008))
    calm.send(announce('calm'))
    await calm.got({ incomplete: 1 })
  })

  it('limits the peer IDs of a connection in one torrent', async () => {
    await using tracker = await open()
    const page = await tracker.page()
    for (const name of ['a', 'b', 'c', 'd', 'e']) page.send(announce(name))
    const reason =
      'Too many torrents, or too many peers of one torrent, on one connection or from one address'
    await page.got({ info_hash: HASH, 'failure reason': reason })
    expect(await tracker.tracker.stats()).toMatchObject({ leeches: 4 })
    page.send(announce('a', { event: 'stopped' }))
    page.send(announce('e'))
    page.send(announce('a', { info_hash: HASH.replace('h', 'i') }))
    await vi.waitFor(async () => expect(await tracker.tracker.stats()).toMatchObject({ leeches: 5 }))
  })

  it('drops excessive offers of one connection', async () => {
    await using tracker = await open()
    const [one, two, sender] = [await tracker.page(), await tracker.page(), await tracker.page()]
    one.send(announce('one'))
    two.send(announce('two'))
    await one.got({ incomplete: 1 })
    await two.got({ incomplete: 2 })
    for (let at = 0; at < 40; at++) sender.send(announce('sender', { offers: offers(`a${at}`, `b${at}`) }))
    sender.send({ action: 'scrape', info_hash: HASH })
    await sender.got({ action: 'scrape' })
    const handed = () => [...one.received, ...two.received].filter(message => message.offer).length
    await vi.waitFor(() => expect(handed()).toBeGreaterThanOrEqual(60))
    one.send({ action: 'scrape', info_hash: HASH })
    two.send({ action: 'scrape', info_hash: HASH })
    await Promise.all([one.got({ action: 'scrape' }), two.got({ action: 'scrape' })])
    expect(handed()).toBeLessThan(75)
    expect(sender.received.some(message => 'failure reason' in message)).toBe(false)
  })

  it('limits the rate at which it reads from a connection, loses nothing, and keeps serving others', async () => {
    await using tracker = await open()
    const [greedy, calm] = [await tracker.page(), await tracker.page()]
    const large = { filler: 'x'.repeat(150_000) }
    const startMs = performance.now()
    for (const name of ['a', 'b', 'c', 'd']) greedy.send(announce(name, large))
    await greedy.got({ incomplete: 3 })
    calm.send(announce('calm'))
    await calm.got({ incomplete: 4 })
    expect(greedy.received).toHaveLength(3)
    await vi.waitFor(() => expect(greedy.received).toHaveLength(4))
    // The third one exceeds the burst limit by 50 KB.
    expect(performance.now() - startMs).toBeGreaterThan(450)
    greedy.socket.close()
    await vi.waitFor(() => expect(tracker.front.connections).toBe(1))
  })

  it('admits only clients that the lists allow', async () => {
    await using tracker = await open({ bannedAddresses: ['203.0.113.0/24'], connectionsPerAddress: 1 })
    await tracker.page('/as-198.51.100.1')
    for (const address of ['198.51.100.1', '203.0.113.1'])
      await vi.waitFor(() => expect(new Page(`${tracker.url}/as-${address}`).opened()).rejects.toThrow())
    await tracker.page('/as-198.51.100.2')
    await using other = await open({ passkeys: ['secretkey1'] })
    await expect(new Page(`${other.url}/announce`).opened()).rejects.toThrow()
    await other.page('/secretkey1/announce')
  })

  it('refuses connections beyond the limit until another one has closed', async () => {
    await using tracker = await open({ connectionsPerAddress: 1 }, 2)
    const [first] = [await tracker.page('/as-198.51.100.1'), await tracker.page('/as-198.51.100.2')]
    const refused = async () => {
      const response = await upgrade(tracker.url, '/as-198.51.100.3')
      return [response.statusCode, await text(response)]
    }
    expect(await refused()).toEqual([503, 'Too many connections: try again later\n'])
    expect(await refused()).toEqual([503, 'Too many connections: try again later\n'])
    expect(tracker.front.connections).toBe(2)
    first.send(announce('first'))
    await first.got({ incomplete: 1 })
    first.socket.close()
    await vi.waitFor(() => expect(tracker.front.connections).toBe(1))
    // Refused connections do not count for the address.
    const third = await tracker.page('/as-198.51.100.3')
    third.send(announce('third'))
    await third.got({ incomplete: 1 })
  })

  it('limits the peers of an address, on all its connections', async () => {
    await using tracker = await open({ webPeersPerAddress: 2 })
    const [first, second] = [await tracker.page('/as-198.51.100.1'), await tracker.page('/as-198.51.100.1')]
    first.send(announce('one'))
    second.send(announce('two'))
    await second.got({ incomplete: 2 })
    second.send(announce('three'))
    const refused = { 'failure reason': expect.stringContaining('from one address') }
    await vi.waitFor(() => expect(second.received).toContainEqual(expect.objectContaining(refused)))
    first.socket.close()
    await vi.waitFor(() => expect(tracker.front.connections).toBe(1))
    second.send(announce('three', { left: 0 }))
    await second.got({ complete: 1 })
  })

  it('slows down guesses of passkeys', async () => {
    await using tracker = await open({ passkeys: ['secretkey1'] })
    const ask = async (address: string, key: string) =>
      (await upgrade(tracker.url, `/as-${address}/${key}/announce`)).statusCode
    for (let guess = 0; guess < 10; guess++)
      expect(await ask('198.51.100.1', `wrong${1000 + guess}`)).toBe(403)
    for (const key of ['wrongkey1', 'secretkey1']) expect(await ask('198.51.100.1', key)).toBe(429)
    await tracker.page('/as-198.51.100.2/secretkey1/announce')
  })

  it('disconnects clients that new lists exclude', async () => {
    await using tracker = await open({ passkeys: ['secretkey1', 'secretkey2'] })
    const page = (key: string, address: string) => tracker.page(`/as-${address}/${key}/announce`)
    const banned = await page('secretkey1', '203.0.113.1')
    const gone = await page('secretkey2', '198.51.100.2')
    const stays = await page('secretkey1', '198.51.100.3')
    for (const each of [banned, gone, stays]) {
      each.send(announce('me', { peer_id: peer(each === stays ? 'stays' : 'goes') }))
      await each.got({ action: 'announce' })
    }
    tracker.tracker.access.setLists({ passkeys: ['secretkey1'], bannedAddresses: ['203.0.113.0/24'] })
    for (const each of [banned, gone, stays]) each.send({ action: 'scrape', info_hash: HASH })
    await vi.waitFor(() => expect([banned.closeCode, gone.closeCode]).toEqual([1008, 1008]))
    await stays.got({ action: 'scrape' })
    await expect(new Page(`${tracker.url}/as-198.51.100.4/secretkey2/announce`).opened()).rejects.toThrow()
    expect(() => tracker.tracker.access.setLists({ passkeys: [], allowedHashes: ['no hash'] })).toThrow(
      TypeError,
    )
    await page('secretkey1', '198.51.100.5')
    tracker.tracker.access.setLists({ allowedHashes: ['00'.repeat(20)] })
    stays.send(announce('stays'))
    await stays.got({ 'failure reason': 'This tracker does not serve this torrent' })
    await vi.waitFor(async () => expect(await tracker.tracker.stats()).toMatchObject({ leeches: 0 }))
  })
})
