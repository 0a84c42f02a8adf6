/**
 * Socket.IO parser used by both sides: a packet is one binary message, `[type, namespace, data,
 * id]` in CBOR (RFC 8949). Socket.IO's default parser sends a text and a binary message for each
 * byte string; see decision 018.
 */
import { decode, encode } from 'cborg'
import { RoomError } from './room-error.ts'

/** Socket.IO protocol 5: CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR. */
const [CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR] = [0, 1, 2, 3, 4] as const
const MAX_NAMESPACE = 64

export const protocol = 5
export { EVENT }

export interface Packet {
  readonly type: number
  readonly nsp: string
  readonly data?: unknown
  readonly id?: number | undefined
}

export function encodePacket({ type, nsp, data, id }: Packet): Uint8Array {
  return encode([type, nsp, data ?? null, id ?? null])
}

/** Decodes a packet. Throws `bad-message` for anything else. */
export function decodePacket(bytes: Uint8Array): Packet {
  const value = decodeCbor(bytes)
  if (!Array.isArray(value) || value.length !== 4) throw bad()
  const [type, nsp, data, id] = value as readonly unknown[]
  if (typeof nsp !== 'string' || nsp.length > MAX_NAMESPACE || !isData(type, data)) throw bad()
  if (id !== null && !Number.isSafeInteger(id)) throw bad()
  return {
    ...{ type: type as number, nsp },
    ...(data !== null && { data }),
    ...(id !== null && { id: id as number }),
  }
}

function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { allowIndefinite: false, allowBigInt: false, rejectDuplicateMapKeys: true })
  } catch (cause) {
    throw bad(cause)
  }
}

function bad(cause?: unknown): RoomError {
  return new RoomError('bad-message', 'This is not a message of room logs', { cause })
}

function isData(type: unknown, data: unknown): boolean {
  const isObject =
    typeof data === 'object' && data !== null && !Array.isArray(data) && !(data instanceof Uint8Array)
  switch (type) {
    case CONNECT:
      return data === null || isObject
    case DISCONNECT:
      return data === null
    case EVENT:
      return Array.isArray(data) && typeof data[0] === 'string'
    case ACK:
      return Array.isArray(data)
    case CONNECT_ERROR:
      return isObject
    default:
      return false
  }
}

export class Encoder {
  encode(packet: Packet): readonly Uint8Array[] {
    return [encodePacket(packet)]
  }
}

type Listener = (packet: Packet) => void

/** Emits one event, `decoded`, to which Socket.IO subscribes. */
export class Decoder {
  #listener: Listener | undefined

  add(message: unknown): void {
    const bytes = message instanceof ArrayBuffer ? new Uint8Array(message) : message
    if (!(bytes instanceof Uint8Array)) throw bad()
    this.#listener?.(decodePacket(bytes))
  }

  on(_event: 'decoded', listener: Listener): this {
    this.#listener = listener
    return this
  }

  off(): this {
    this.#listener = undefined
    return this
  }

  removeListener(): this {
    return this.off()
  }

  destroy(): void {
    this.#listener = undefined
  }
}
