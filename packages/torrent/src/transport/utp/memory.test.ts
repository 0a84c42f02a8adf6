import { describe, expect, test } from 'vitest'
import { PacketMemory } from './packet-memory.ts'
import { MAX_DATAGRAM_BYTES } from './path-mtu.ts'
import { PacketType } from './utp-packet.ts'
import { UtpReceiver, WINDOW_BYTES } from './utp-receiver.ts'
import { UtpSender } from './utp-sender.ts'

describe('the memory of a socket', () => {
  test('for received packets is bounded, but leaves each connection a window', () => {
    const memory = new PacketMemory(MAX_DATAGRAM_BYTES[4])
    expect(new UtpReceiver(0, memory).advertise()).toBe(WINDOW_BYTES)
    const payload = new Uint8Array(1400)
    const greedy = Array.from({ length: 200 }, () => new UtpReceiver(0, memory))
    const before = memory.receiveRoomBytes
    for (const receiver of greedy)
      for (let seqNr = 2; seqNr < 1500; seqNr++) receiver.accept(PacketType.data, seqNr, payload, 0)
    expect(memory.receiveRoomBytes).toBeGreaterThan(-200 * 70_000)
    expect(memory.receiveRoomBytes).toBeLessThan(before / 10)
    const late = new UtpReceiver(0, memory)
    expect(late.advertise()).toBeGreaterThan(60_000)
    late.accept(PacketType.data, 1, payload, 0)
    expect(late.arrived.ackNr).toBe(1)
    for (const receiver of greedy) receiver.stop()
    expect(memory.receiveRoomBytes).toBe(before - late.arrived.heldBytes)
  })

  test('counts tiny packets as more than their bytes', () => {
    const memory = new PacketMemory(MAX_DATAGRAM_BYTES[4])
    const receiver = new UtpReceiver(0, memory)
    for (let seqNr = 2; seqNr < 1000; seqNr++) receiver.accept(PacketType.data, seqNr, Uint8Array.of(1), 0)
    expect(receiver.arrived.heldBytes).toBeGreaterThan(100_000)
  })

  test('for sent packets is bounded, but leaves each connection some packets', () => {
    const memory = new PacketMemory(MAX_DATAGRAM_BYTES[4])
    memory.take(1 << 30)
    expect(memory.hasRoom).toBe(false)
    let packets = 0
    const sender = new UtpSender({ sendId: 1, transmit: () => packets++ }, { family: 4, memory }, 0, 1 << 30)
    sender.congestion.windowBytes = 1 << 30
    sender.outbox.push(new Uint8Array(1_000_000), undefined)
    for (let turn = 0; turn < 10; turn++) sender.flush(0)
    expect(packets).toBeGreaterThan(10)
    expect(packets).toBeLessThan(50)
  })
})
