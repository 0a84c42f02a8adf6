import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../base/random.ts'
import {
  announceSack,
  createPacket,
  decodePacket,
  HEADER_BYTES,
  isUtpDatagram,
  microsOf,
  PacketType,
  padPacket,
  seqDistance,
  writeHeader,
} from './utp-packet.ts'

const FIELDS = {
  type: PacketType.data,
  connectionId: 0xfffe,
  timestampMicros: 0xfffffffe,
  differenceMicros: 0x80000001,
  windowBytes: 0xffffffff,
  seqNr: 0xffff,
  ackNr: 0x8000,
}

function packetOf(payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length)
  writeHeader(bytes, FIELDS)
  bytes.set(payload, HEADER_BYTES)
  return bytes
}

describe('uTP packets', () => {
  test('have the layout of BEP 29', () => {
    const bytes = packetOf(Uint8Array.of(1, 2))
    expect(Buffer.from(bytes).toString('hex')).toBe('0100fffefffffffe80000001ffffffffffff80000102')
    const packet = createPacket()
    expect(decodePacket(bytes, packet)).toBe(true)
    expect(packet).toEqual({ ...FIELDS, sackStart: 0, sackBytes: 0, payloadStart: HEADER_BYTES })
    writeHeader(bytes, { ...FIELDS, type: PacketType.syn })
    expect(bytes[0]).toBe(0x41)
  })

  test('differ from the messages of the DHT and from later versions', () => {
    expect(isUtpDatagram(Buffer.from('d1:ad2:id20:abcdefghij0123456789e'))).toBe(false)
    const bytes = packetOf(new Uint8Array(0))
    expect(isUtpDatagram(bytes)).toBe(true)
    for (const first of [0x02, 0x00, 0x51, 0xf1]) expect(isUtpDatagram(bytes.with(0, first))).toBe(false)
    expect(isUtpDatagram(bytes.subarray(1))).toBe(false)
    expect(isUtpDatagram(new Uint8Array(0))).toBe(false)
  })

  test('carry a selective ACK, and extensions that nobody knows', () => {
    const bytes = new Uint8Array(HEADER_BYTES + 2 + 4 + 2 + 3 + 1)
    writeHeader(bytes, FIELDS)
    announceSack(bytes, 4)
    bytes[HEADER_BYTES] = 0x55
    bytes[HEADER_BYTES + 6] = 0
    bytes[HEADER_BYTES + 7] = 3
    const packet = createPacket()
    expect(decodePacket(bytes, packet)).toBe(true)
    expect(packet).toMatchObject({ sackStart: 22, sackBytes: 4, payloadStart: bytes.length - 1 })
  })

  // If such a packet were ignored, the sender would repeat received data until it gives up.
  test('may have a selective ACK of any length, as libtorrent sends them', () => {
    for (const length of [1, 4, 14, 45]) {
      const bytes = new Uint8Array(HEADER_BYTES + 2 + length)
      writeHeader(bytes, FIELDS)
      announceSack(bytes, length)
      const packet = createPacket()
      expect(decodePacket(bytes, packet)).toBe(true)
      expect(packet).toMatchObject({ ackNr: FIELDS.ackNr, sackStart: HEADER_BYTES + 2, sackBytes: length })
      expect(decodePacket(bytes.subarray(0, -1), packet)).toBe(false)
    }
  })

  test('with a malformed extension are rejected', () => {
    const packet = createPacket()
    for (const length of [9, 255]) {
      const bytes = new Uint8Array(HEADER_BYTES + 2 + Math.min(length, 8))
      writeHeader(bytes, FIELDS)
      announceSack(bytes, length)
      expect(decodePacket(bytes, packet), `length ${length}`).toBe(false)
    }
    const endless = new Uint8Array(1400).fill(1)
    writeHeader(endless, FIELDS)
    endless[1] = 1
    for (let at = HEADER_BYTES; at + 6 < endless.length; at += 6) endless[at + 1] = 4
    expect(decodePacket(endless, packet)).toBe(false)
  })

  test('of any bytes are decoded within their bounds', () => {
    const random = seededRandom(4)
    const packet = createPacket()
    for (let round = 0; round < 20_000; round++) {
      const bytes = random.bytes(random.below(80))
      if (bytes.length > 0 && random.below(4) > 0) bytes[0] = (random.below(5) << 4) | 1
      if (!decodePacket(bytes, packet)) continue
      expect(packet.payloadStart).toBeLessThanOrEqual(bytes.length)
      expect(packet.sackStart + packet.sackBytes).toBeLessThanOrEqual(bytes.length)
    }
  })

  test('keep their content when they are padded to any size', () => {
    const payload = Uint8Array.of(9, 8, 7)
    const packet = createPacket()
    for (let extra = 2; extra < 600; extra++) {
      const padded = new Uint8Array(HEADER_BYTES + payload.length + extra)
      padPacket(packetOf(payload), padded)
      expect(decodePacket(padded, packet), `${extra} bytes`).toBe(true)
      expect(packet).toMatchObject({ ...FIELDS, sackBytes: 0 })
      expect([...padded.subarray(packet.payloadStart)]).toEqual([9, 8, 7])
    }
  })

  test('have numbers and times that wrap', () => {
    expect([seqDistance(1, 0xffff), seqDistance(0xffff, 1), seqDistance(5, 5)]).toEqual([2, -2, 0])
    expect(microsOf(4_294_967.296)).toBe(0)
    expect(microsOf(4_294_968.3)).toBe(1004)
  })
})
