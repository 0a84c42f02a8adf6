import type { DataChannel, PeerConnection } from 'node-datachannel'
import { expect, it } from 'vitest'
import { settle } from '../../base/virtual-clock.ts'
import { MAX_HELD_BYTES } from './limits.ts'
import { NodeChannel } from './node-channel.node.ts'

/** More than the time budget for the bytes of all connections in one turn. */
const LONG_MS = 6

async function channelWith(onMessage: (bytes: Uint8Array) => void) {
  const native = {
    maxMessageSize: () => 65536,
    setBufferedAmountLowThreshold() {},
    onBufferedAmountLow() {},
    close() {},
  }
  const connection = { close() {}, localDescription: () => null, remoteDescription: () => null }
  const channel = new NodeChannel(
    native as unknown as DataChannel,
    connection as unknown as PeerConnection,
    null,
  )
  const closed: (Error | undefined)[] = []
  channel.start({ onMessage, onLow() {}, onClose: error => closed.push(error) }, { lowBytes: 0 })
  await settle()
  return { channel, closed }
}

function work(): void {
  const endMs = performance.now() + LONG_MS
  while (performance.now() < endMs) {}
}

it('delivers what takes long in several turns, in order, and all of it before it closes', async () => {
  const seen: number[] = []
  const { channel, closed } = await channelWith(([first]) => {
    seen.push(first!)
    work()
  })
  for (let i = 0; i < 4; i++) channel.onMessage(Uint8Array.of(i))
  channel.closed()
  expect([seen, closed]).toEqual([[0], []])
  while (closed.length === 0) await settle()
  expect([seen, closed]).toEqual([[0, 1, 2, 3], [undefined]])
})

it('closes when much more arrives than is handled', async () => {
  const { channel, closed } = await channelWith(work)
  const message = new Uint8Array(256 * 1024)
  for (let bytes = 0; bytes <= MAX_HELD_BYTES + message.length; bytes += message.length)
    channel.onMessage(message)
  await settle()
  expect(closed).toMatchObject([{ code: 'bad-message' }])
})

it('closes when many more messages arrive than are handled, however small', async () => {
  const { channel, closed } = await channelWith(work)
  for (let i = 0; i < 50_000; i++) channel.onMessage(Uint8Array.of(i))
  await settle()
  expect(closed).toMatchObject([{ code: 'bad-message' }])
})
