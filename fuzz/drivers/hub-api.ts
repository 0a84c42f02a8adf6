import { decodePacket, encodePacket, type Packet } from '../../packages/hub-api/src/rooms/cbor-parser.ts'
import {
  isPushName,
  isRequestName,
  readAnswer,
  readInput,
  readPush,
} from '../../packages/hub-api/src/rooms/messages.ts'
import { RoomError } from '../../packages/hub-api/src/rooms/room-error.ts'
import type { Drivers } from '../parser.ts'
import { driver } from './driver.ts'

export const DRIVERS: Drivers = {
  'room-packet': driver(
    (bytes: Uint8Array) => {
      const packet = decodePacket(bytes)
      readMessage(packet)
      return packet
    },
    packet => encodePacket(packet),
  ),
}

/** Reads the content of a packet like both sides do. */
function readMessage({ data }: Packet): void {
  if (!Array.isArray(data)) return
  const [name, body] = data as readonly unknown[]
  const readers = [
    () => typeof name === 'string' && isRequestName(name) && readInput(name, body),
    () => typeof name === 'string' && isPushName(name) && readPush(name, body),
    // Answers do not contain the name of their request.
    ...(['hello', 'append', 'read', 'head', 'inbox', 'deliver'] as const).map(
      request => () => readAnswer(request, name),
    ),
  ]
  for (const read of readers) {
    try {
      read()
    } catch (error) {
      if (!(error instanceof RoomError)) throw error
    }
  }
}
