import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { limitMs } from '@shoal/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Hub, startHub } from '../hub.ts'
import { NO_LOG } from '../kernel/log.ts'
import type { Given } from '../options.ts'
import { TRACKER_FRONTS } from '../tracker/service.ts'
import { IpcCarrier, IpcSwitch } from './ipc-carrier.ts'
import { channelPort } from './testing/channel-port.ts'

const HASH = 'h'.repeat(20)
const SECRET = new Uint8Array(32).fill(7)

let ipc: IpcSwitch
let number = 0
const ports: MessagePort[] = []
const hubs: Hub[] = []

beforeEach(() => {
  ipc = new IpcSwitch()
})

afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.close()
  for (const port of ports.splice(0)) port.close()
})

/** Opens a hub that joins the others of the test. */
async function open(given: Given = {}): Promise<Hub & { url: string }> {
  const { port1, port2 } = new MessageChannel()
  ports.push(port1, port2)
  ipc.add(++number, channelPort(port2))
  const carrier = new IpcCarrier(number, channelPort(port1))
  const hub = await startHub({ onlyTracker: true, port: 0, ...given }, NO_LOG, async shareSecret => {
    shareSecret(SECRET)
    return { carrier, sharesPorts: false, isFirst: true }
  })
  hubs.push(hub)
  const url = `http://127.0.0.1:${hub.port}`
  await vi.waitFor(async () => expect((await fetch(`${url}/ready`)).status).toBe(200))
  return { ...hub, url }
}

const text = async (url: string) => (await fetch(url)).text()
const announce = (url: string, port: number) => text(`${url}/announce?info_hash=${HASH}&port=${port}&left=0`)

interface Message {
  readonly offer?: object
  readonly answer?: { readonly candidate?: object }
  readonly offer_id?: string
  readonly peer_id?: string
  readonly complete?: number
}

/** A page that announces one torrent. */
class Page {
  readonly socket: WebSocket
  readonly got: Message[] = []
  readonly #peerId: string

  constructor(port: number, name: string) {
    this.#peerId = name.padEnd(20, '-')
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/announce`)
    this.socket.addEventListener('message', ({ data }) => void this.got.push(JSON.parse(String(data))))
  }

  async announce(offers: number): Promise<void> {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, 'open')
    const one = (at: number) => ({ offer_id: `offer${at}`, offer: { type: 'offer', sdp: `sdp${at}` } })
    this.#send({ left: 1, offers: Array.from({ length: offers }, (_, at) => one(at)) })
    await this.find(({ complete }) => complete !== undefined)
  }

  answer({ peer_id, offer_id }: Message, answer: object): void {
    this.#send({ answer, to_peer_id: peer_id, offer_id })
  }

  async find(matches: (message: Message) => boolean): Promise<Message> {
    await vi.waitFor(() => expect(this.got.some(matches)).toBe(true))
    return this.got.find(matches)!
  }

  #send(more: object): void {
    this.socket.send(JSON.stringify({ action: 'announce', info_hash: HASH, peer_id: this.#peerId, ...more }))
  }
}

describe('a hub in several processes', () => {
  it('is one tracker, and counts everything once', async () => {
    const [a, b] = [await open(), await open()]
    await announce(a.url, 1)
    await announce(a.url, 2)
    await announce(b.url, 3)
    for (const { url } of [a, b])
      await vi.waitFor(async () => {
        const stats = await (await fetch(`${url}/stats.json`)).json()
        expect(stats).toMatchObject({
          swarms: 1,
          seeds: 3,
          peers: { ipv4: 3 },
          requests: { http: { announces: 3 } },
        })
        expect(stats.join).toMatchObject({ isJoined: true, messages: { dropped: 0 } })
        const processes = Object.values(
          stats.join.processes as Record<number, { requests: { http: object } }>,
        )
        expect(processes.map(({ requests }) => requests.http)).toEqual([
          { announces: 2, scrapes: 0, refused: 0 },
          { announces: 1, scrapes: 0, refused: 0 },
        ])
      })
    const metrics = await text(`${b.url}/metrics`)
    expect(metrics).toContain('shoal_hub_seeds 3\n')
    expect(metrics.match(/shoal_hub_announces_total\{front="http",process="\d+"\} [12]\n/g)).toHaveLength(2)
    expect(metrics).toMatch(/shoal_hub_joined\{process="\d+"\} 1\n/)
    expect(await text(b.url)).toContain('2 processes.')
    expect(await text(`${a.url}/health`)).toBe('ok\n')
  })

  it('accepts the connection IDs that another process gave over UDP', async () => {
    const [a, b] = [await open(), await open()]
    const socket = createSocket('udp4')
    const ask = async (port: number, packet: Buffer): Promise<Buffer> => {
      const signal = AbortSignal.timeout(limitMs(20))
      const answer = once(socket, 'message', { signal })
      socket.send(packet, port, '127.0.0.1')
      return (await answer)[0]
    }
    const connected = await ask(a.udpPort!, Buffer.from('00000417271019800000000000000007', 'hex'))
    const packet = Buffer.alloc(98)
    connected.copy(packet, 0, 8, 16)
    packet.writeInt32BE(1, 8)
    packet.fill(HASH, 16, 36)
    packet.writeUInt16BE(80, 96)
    // Action 1: announced.
    expect((await ask(b.udpPort!, packet)).readInt32BE(0)).toBe(1)
    socket.close()
  })

  it('relays offers, answers and candidates between pages of different processes', async () => {
    const [a, b] = [await open(), await open()]
    const [ann, ben] = [new Page(a.port, 'ann'), new Page(b.port, 'ben')]
    await ben.announce(0)
    await vi.waitFor(async () => expect((await a.service(TRACKER_FRONTS).stats()).peers.web).toBe(1))
    await ann.announce(3)
    const offer = await ben.find(message => message.offer !== undefined)
    expect(offer).toMatchObject({
      peer_id: 'ann'.padEnd(20, '-'),
      offer_id: 'offer0',
      offer: { type: 'offer', sdp: 'sdp0' },
    })
    ben.answer(offer, { type: 'answer', sdp: 'yes' })
    const answer = await ann.find(message => message.answer !== undefined)
    expect(answer).toMatchObject({
      peer_id: 'ben'.padEnd(20, '-'),
      offer_id: 'offer0',
      answer: { sdp: 'yes' },
    })
    ann.answer(answer, { candidate: { candidate: 'here' } })
    await ben.find(message => message.answer?.candidate !== undefined)
    // An answer to an unknown offer is ignored.
    ben.answer({ ...offer, offer_id: 'offer1' }, { type: 'answer', sdp: 'unasked' })
    ben.answer(offer, { type: 'answer', sdp: 'again' })
    await ann.find(message => (message.answer as { sdp?: string })?.sdp === 'again')
    expect(JSON.stringify(ann.got)).not.toContain('unasked')
    ann.socket.close()
    await vi.waitFor(async () => expect((await b.service(TRACKER_FRONTS).stats()).peers.web).toBe(1))
  })

  it('closes WebSockets at random times when it drains, with the advice to wait, and accepts nothing more', async () => {
    const [a, b] = [await open(), await open()]
    const pages = Array.from({ length: 5 }, (_, at) => new Page(a.port, `page${at}`))
    for (const page of pages) await page.announce(0)
    const closes = pages.map(
      ({ socket }) => new Promise<CloseEvent>(resolve => socket.addEventListener('close', resolve)),
    )
    await vi.waitFor(async () => expect((await b.service(TRACKER_FRONTS).stats()).peers.web).toBe(5))
    const kept = await fetch(`${a.url}/ready`)
    expect(await kept.text()).toBe('ready\n')
    await a.drain(300)
    for (const close of closes) {
      const { code, reason } = await close
      expect([code, reason]).toEqual([1012, expect.stringMatching(/^reconnect-after=\d+$/)])
    }
    await a.close()
    await expect(fetch(`${a.url}/ready`)).rejects.toThrow()
    await vi.waitFor(async () => expect((await b.service(TRACKER_FRONTS).stats()).peers.web).toBe(0))
    expect((await b.service(TRACKER_FRONTS).stats()).join!.processes).not.toHaveProperty(String(number - 1))
  })
})
