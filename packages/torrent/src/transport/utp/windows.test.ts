import { describe, expect, test } from 'vitest'
import { PacketMemory } from './packet-memory.ts'
import { MAX_AHEAD, ReceiveWindow } from './receive-window.ts'
import { SendWindow } from './send-window.ts'
import { HEADER_BYTES, MAX_SACK_BYTES } from './utp-packet.ts'

const NO_BITS = new Uint8Array(0)

function sendWindow(firstSeq: number, packets: number): SendWindow {
  const window = new SendWindow(firstSeq, new PacketMemory(1472))
  for (let i = 0; i < packets; i++) window.push(new Uint8Array(HEADER_BYTES + 100), i)
  return window
}

describe('the send window', () => {
  test('counts ACKs across the wrap of the numbers, once each', () => {
    const window = sendWindow(65_530, 100)
    expect(window.nextSeq).toBe(94)
    expect(window.acknowledge(65_529, NO_BITS, 0, 0, 200)).toMatchObject({ packets: 0 })
    expect(window.acknowledge(3, NO_BITS, 0, 0, 200)).toMatchObject({ packets: 10, bytes: 1000, rttMs: 191 })
    expect(window.acknowledge(3, NO_BITS, 0, 0, 200)).toMatchObject({ packets: 0, bytes: 0, rttMs: -1 })
    expect(window.inFlightBytes).toBe(9000)
    expect(window.acknowledge(93, NO_BITS, 0, 0, 200)).toMatchObject({ packets: 90 })
    expect([window.packets, window.inFlightBytes]).toEqual([0, 0])
  })

  test('rejects ACKs of packets that were never sent', () => {
    const window = sendWindow(65_530, 10)
    for (const ackNr of [4, 5, 1000, 32_000]) expect(window.acknowledge(ackNr, NO_BITS, 0, 0, 20)).toBeNull()
    expect(window.inFlightBytes).toBe(1000)
  })

  test('reads the bits of a selective ACK in the order of BEP 29', () => {
    const window = sendWindow(100, 40)
    // ack_nr 99: the least significant bit of the first byte is packet 101, the most significant
    // one 108.
    window.acknowledge(99, Uint8Array.of(0b1000_0001, 0b0000_0001, 0, 0), 0, 4, 50)
    const lost = new Set<number>()
    while (window.lostPackets > 0) {
      const before = window.lostPackets
      window.takeLost(60)
      lost.add(before)
    }
    expect(window.inFlightBytes).toBe(3700)
    // Three packets arrived after 100 to 106, which are lost; 107 was followed by two.
    expect(lost.size).toBe(6)
    expect(window.acknowledge(108, NO_BITS, 0, 0, 70)).toMatchObject({ packets: 7 })
  })

  test('cuts packets that did not arrive into shorter ones, across the wrap of the numbers', () => {
    const memory = new PacketMemory(1472)
    const window = new SendWindow(65_530, memory)
    for (let i = 0; i < 40; i++) window.push(new Uint8Array(HEADER_BYTES + 100).fill(i, HEADER_BYTES), i)
    window.push(new Uint8Array(HEADER_BYTES), 40)
    expect(window.acknowledge(65_534, NO_BITS, 0, 0, 50)).toMatchObject({ packets: 5 })
    window.loseAll()
    expect(window.split(30)).toBe(true)
    // 35 packets of 100 bytes, in parts of 30, and the FIN.
    expect([window.firstSeq, window.packets, window.inFlightBytes]).toEqual([65_535, 118, 0])
    const payload: number[] = []
    for (let seq = 65_535; window.lostPackets > 0; seq++) {
      const packet = window.takeLost(60)
      expect((packet[16]! << 8) | packet[17]!).toBe(seq & 0xffff)
      payload.push(...packet.subarray(HEADER_BYTES))
    }
    expect(payload).toEqual(Array.from({ length: 3500 }, (_, i) => 5 + Math.floor(i / 100)))
    expect(window.acknowledge(116, NO_BITS, 0, 0, 70)).toMatchObject({ packets: 118, bytes: 3500 })
  })

  test('leaves packets as they are if one of them arrived', () => {
    const window = sendWindow(100, 10)
    window.acknowledge(99, Uint8Array.of(0b1000, 0, 0, 0), 0, 4, 50)
    window.loseAll()
    expect(window.split(30)).toBe(false)
    expect(window.packets).toBe(10)
  })

  test('ignores bits beyond what was sent', () => {
    const window = sendWindow(100, 5)
    expect(window.acknowledge(99, new Uint8Array(128).fill(255), 0, 128, 50)).toMatchObject({ packets: 4 })
    expect(window.packets).toBe(5)
    expect(window.acknowledge(104, NO_BITS, 0, 0, 50)).toMatchObject({ packets: 1 })
  })

  test('counts a packet as lost only after three later ones, and again after it was repeated', () => {
    const window = sendWindow(0, 10)
    window.acknowledge(0xffff, Uint8Array.of(0b11, 0, 0, 0), 0, 4, 100)
    expect(window.lostPackets).toBe(0)
    expect(window.acknowledge(0xffff, Uint8Array.of(0b111, 0, 0, 0), 0, 4, 100)).toMatchObject({ lostSeq: 0 })
    expect(window.lostPackets).toBe(1)
    window.takeLost(101)
    window.push(new Uint8Array(HEADER_BYTES + 1), 102)
    window.push(new Uint8Array(HEADER_BYTES + 1), 102)
    // The copy left before the last two packets, of which two are not enough.
    window.acknowledge(0xffff, Uint8Array.of(0xff, 0b111, 0, 0), 0, 4, 200)
    expect(window.lostPackets).toBe(0)
    window.push(new Uint8Array(HEADER_BYTES + 1), 202)
    window.acknowledge(0xffff, Uint8Array.of(0xff, 0b1111, 0, 0), 0, 4, 300)
    expect(window.lostPackets).toBe(1)
  })
})

describe('the receive window', () => {
  const fill = (window: ReceiveWindow, numbers: number[]) => {
    for (const seqNr of numbers) if (window.wants(seqNr)) window.add(seqNr, Uint8Array.of(seqNr & 0xff))
  }

  test('puts packets in order across the wrap of the numbers', () => {
    const memory = new PacketMemory(1472)
    const before = memory.receiveRoomBytes
    const window = new ReceiveWindow(65_533, memory)
    fill(window, [1, 65_535, 0, 65_535, 65_533, 65_534, 2, 1])
    expect(window.ackNr).toBe(2)
    expect(window.takeQueue().map(([byte]) => byte)).toEqual([254, 255, 0, 1, 2])
    expect(window.heldBytes).toBe(0)
    expect(memory.receiveRoomBytes).toBe(before)
  })

  test('writes the bits of a selective ACK in the order of BEP 29', () => {
    const window = new ReceiveWindow(10, new PacketMemory(1472))
    const packet = new Uint8Array(HEADER_BYTES + 2 + MAX_SACK_BYTES).fill(0xee)
    expect(window.writeSack(packet)).toBe(0)
    fill(window, [12, 19, 20, 44])
    expect(window.writeSack(packet)).toBe(8)
    expect([...packet.subarray(HEADER_BYTES + 2, HEADER_BYTES + 10)]).toEqual([
      0x81, 0x01, 0, 0, 0x01, 0, 0, 0,
    ])
    fill(window, [11])
    expect(window.ackNr).toBe(12)
    expect(window.writeSack(packet)).toBe(4)
    expect([...packet.subarray(HEADER_BYTES + 2, HEADER_BYTES + 6)]).toEqual([0x60, 0, 0, 0x40])
  })

  test('keeps a bounded number of packets ahead of a missing one', () => {
    const window = new ReceiveWindow(0, new PacketMemory(1472))
    fill(
      window,
      Array.from({ length: 40_000 }, (_, i) => i + 2),
    )
    expect(window.aheadPackets).toBe(MAX_AHEAD - 1)
    fill(window, [1])
    expect(window.ackNr).toBe(MAX_AHEAD)
  })

  test('ends at the FIN, whatever comes after it', () => {
    const window = new ReceiveWindow(0, new PacketMemory(1472))
    window.endSeq = 3
    fill(window, [3, 4, 5])
    expect(window.hasEnded).toBe(false)
    fill(window, [1, 2, 4])
    expect(window.hasEnded).toBe(true)
    expect(window.ackNr).toBe(3)
  })
})
