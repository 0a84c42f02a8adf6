import { describe, expect, it } from 'vitest'
import { createPacket, decodePacket, HEADER_BYTES, PacketType, writeHeader } from './utp-packet.ts'

/** A STATE packet with a selective ACK of `bits`. */
function withSack(bits: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + 2 + bits.length)
  writeHeader(bytes, {
    type: PacketType.state,
    connectionId: 1,
    timestampMicros: 2,
    differenceMicros: 3,
    windowBytes: 4,
    seqNr: 5,
    ackNr: 6,
  })
  bytes[1] = 1
  bytes[HEADER_BYTES + 1] = bits.length
  bytes.set(bits, HEADER_BYTES + 2)
  return bytes
}

describe('decodePacket', () => {
  // With such a packet ignored, the sender repeats what has arrived until it gives up.
  it('reads selective ACKs of any length, as libtorrent sends them', () => {
    for (const length of [1, 4, 14, 45]) {
      const packet = createPacket()
      expect(decodePacket(withSack(new Array(length).fill(0)), packet)).toBe(true)
      expect(packet).toMatchObject({ ackNr: 6, sackStart: HEADER_BYTES + 2, sackBytes: length })
    }
  })

  it('rejects a selective ACK that is longer than the packet', () => {
    const bytes = withSack([255, 255])
    expect(decodePacket(bytes.subarray(0, bytes.length - 1), createPacket())).toBe(false)
  })
})
