import type { DirectChannel } from '@shoal/chat/direct'
import { type Host, openHost, openKeyStreams } from '@shoal/network/host'
import { systemClock } from '@shoal/torrent'
import { systemRandom } from '@shoal/torrent/base'
import { expect, onTestFinished, test } from 'vitest'
import type { ContactNode } from '../people/service.ts'
import { DirectPeers } from './direct-peers.ts'

/** More than windows and buffers can hold. */
const MANY_BYTES = 8 << 20

/** A node whose chat sends many bytes over each channel and counts the bytes it receives. */
class Place {
  readonly contacts: ContactNode[] = []
  readonly channels: DirectChannel[] = []
  readonly peers: DirectPeers
  received = 0
  ended = 0
  readonly host: Host

  private constructor(host: Host) {
    this.host = host
    // The first turn comes immediately.
    const random = { ...systemRandom, below: () => 0 }
    this.peers = new DirectPeers({ contacts: () => this.contacts, clock: systemClock, random })
    this.peers.use({ connect: channel => this.#connect(channel) })
  }

  static async open(): Promise<Place> {
    const host = await openHost({ seed: systemRandom.bytes(32), listen: ['/ip4/127.0.0.1/tcp/0'] })
    const place = new Place(host)
    const close = await place.peers.open(host, null, openKeyStreams)
    onTestFinished(async () => {
      await close()
      await host.close()
    })
    return place
  }

  get key(): string {
    return Buffer.from(this.host.libp2p.peerId.toMultihash().bytes.subarray(6)).toString('hex')
  }

  knows({ key }: Place, did: string | null = 'did:key:z6MkTest'): void {
    this.contacts.push({ key, name: null, did, showsDid: true })
  }

  async #connect(channel: DirectChannel): Promise<void> {
    this.channels.push(channel)
    const send = async () => {
      for (let sent = 0; sent < MANY_BYTES; sent += 65_536) await channel.send(new Uint8Array(65_536))
    }
    const sending = send().catch(() => {})
    for await (const { length } of channel.chunks) this.received += length
    await sending
    this.ended++
  }
}

test('contacts connect to each other, and strangers to nobody', async () => {
  const [ann, ben, eve] = [await Place.open(), await Place.open(), await Place.open()]
  for (const each of [ben, eve]) await each.host.libp2p.dial(ann.host.libp2p.getMultiaddrs())
  ann.knows(ben)
  // Ann knows Eve's node, which has not shown a person's certificate.
  ann.knows(eve, null)
  ben.knows(ann)
  eve.knows(ann)
  const tick = () => {
    for (const { peers } of [ann, ben, eve]) peers.tick()
    return [ann.received, ben.received].map(bytes => bytes >= MANY_BYTES)
  }
  await expect.poll(tick).toEqual([true, true])
  expect(ann.channels[0]!.binding).toEqual(ben.channels[0]!.binding)
  expect([ann, ben].map(({ channels }) => channels[0]!.isInitiator).sort()).toEqual([false, true])
  // Eve's node dials and is refused.
  await expect.poll(() => eve.ended).toBeGreaterThan(0)
  expect([eve.received, ann.channels.length, ann.ended]).toEqual([0, ben.channels.length, 0])
  ann.contacts.length = 0
  ann.peers.contactsChanged()
  await expect.poll(() => [ann.ended, ben.ended]).toEqual([ann.channels.length, ben.channels.length])
  await expect(ann.channels[0]!.send(new Uint8Array(1))).rejects.toMatchObject({ code: 'closed' })
})
