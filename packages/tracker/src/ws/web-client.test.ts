import { expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { FAMILY } from '../store.ts'
import { WebClient } from './web-client.ts'

/** A connection with this many unsent bytes. */
function connection() {
  const socket = {
    bufferedAmount: 0,
    isOpen: true,
    send: (text: string) => {
      socket.bufferedAmount += text.length
    },
    terminate: () => {
      socket.isOpen = false
    },
  }
  const caller = {
    family: FAMILY.ipv4,
    words: new Int32Array(4),
    address: '0.0.0.0',
    isDirect: true,
    passkey: null,
  }
  const client = new WebClient(socket as unknown as WebSocket, caller, 0)
  return { socket, client }
}

it('buffers little for a client that does not read, and disconnects it beyond that', () => {
  const { socket, client } = connection()
  let offers = 0
  for (let second = 0; second < 100; second++) {
    if (!client.wantsOffer(second * 1000)) continue
    client.send({ offer: 'x'.repeat(4000) })
    offers++
  }
  expect(offers).toBe(17)
  expect(socket.isOpen).toBe(true)
  for (let count = 0; count < 20; count++) client.send({ files: 'x'.repeat(4000) })
  expect(socket.isOpen).toBe(false)
  expect(socket.bufferedAmount).toBeLessThan(136 * 1024)
})

it('stays connected while it answers pings and reads', () => {
  const { socket, client } = connection()
  const ping = (bufferedAmount: number) => {
    socket.bufferedAmount = bufferedAmount
    client.isAlive = true
    return client.livesOn()
  }
  expect([ping(70_000), ping(100), ping(70_000), ping(70_000)]).toEqual([true, true, true, false])
  expect([ping(0), client.livesOn()]).toEqual([true, false])
})
