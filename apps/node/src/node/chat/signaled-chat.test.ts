import { type DirectChannel, encodeSignal, type SignalDevices, type SignalOrder } from '@shoal/chat/direct'
import { SignaledPeers } from '@shoal/network/signaled-peers'
import type { IceServer } from '@shoal/torrent'
import { latin1, seededRandom } from '@shoal/torrent/base'
import { MemoryRtc, VirtualClock } from '@shoal/torrent/testing'
import { expect, test } from 'vitest'
import { SignaledChat } from './signaled-chat.ts'

const clock = new VirtualClock()
const rtc = new MemoryRtc(clock)

/** A node whose signals go to the other one. */
class Place {
  readonly device: Uint8Array
  readonly channels: DirectChannel[] = []
  readonly signaled: SignaledChat
  isAllowed = true
  opened = 0
  sent = 0
  other: Place | null = null
  readonly chat = {
    connect: async (channel: DirectChannel) => {
      this.channels.push(channel)
      this.#tell([])
      for await (const _ of channel.chunks);
    },
    signal: ({ signal }: SignalOrder) => {
      this.sent++
      const from = { did: latin1(this.device), device: this.device }
      this.other!.signaled.receive({ kind: 'signal', from, bytes: encodeSignal(signal) })
    },
  }

  constructor(byte: number) {
    this.device = new Uint8Array(32).fill(byte)
    const random = seededRandom(byte)
    this.signaled = new SignaledChat({
      ...{ clock, random },
      isAllowed: () => this.isAllowed,
      iceServers: () => ['stun:own.example:3478'],
      openPeers: async (iceServers: () => readonly IceServer[]) => {
        this.opened++
        const openRtc = async () => rtc.host(`10.0.0.${byte}`)
        return new SignaledPeers({ clock, random, openRtc, config: () => ({ iceServers: iceServers() }) })
      },
    })
  }

  /** As its chat does. */
  knows(other: Place): void {
    this.other = other
    this.#tell([{ did: latin1(other.device), device: other.device }])
  }

  #tell(devices: SignalDevices['devices']): void {
    this.signaled.receive({ kind: 'devices', own: this.device, devices, stun: ['stun:hub.example:6969'] })
  }
}

const advance = async (seconds: number) => {
  for (let n = 0; n < seconds * 10; n++) {
    clock.advance(100)
    await new Promise(resolve => setImmediate(resolve))
  }
}

test('devices connect while the node uses WebRTC, with the STUN servers of settings and hubs', async () => {
  const [one, two] = [new Place(1), new Place(2)]
  two.isAllowed = false
  one.knows(two)
  two.knows(one)
  for (const each of [one, two]) each.signaled.use(each.chat)
  await expect.poll(() => one.opened).toBe(1)
  await advance(60)
  // The other node is behind a proxy: it opens no connection and sends no answer.
  expect([one.sent > 0, two.opened, two.sent, two.channels.length]).toEqual([true, 0, 0, 0])
  two.isAllowed = true
  two.signaled.update()
  await expect.poll(() => two.opened).toBe(1)
  await advance(60)
  expect([one.channels.length, two.channels.length]).toEqual([1, 1])
  expect(one.channels[0]!.binding).toEqual(two.channels[0]!.binding)
  const urls = rtc.configs.map(({ iceServers }) => iceServers.map(each => each.urls))
  expect(urls.at(-1)).toEqual(['stun:own.example:3478', 'stun:hub.example:6969'])
  // The chat was closed.
  two.signaled.use(null)
  await advance(60)
  expect(await two.channels[0]!.send(new Uint8Array(1)).catch(error => error.code)).toBe('closed')
  one.signaled.use(null)
  await advance(5)
  expect(rtc.open).toBe(0)
})
