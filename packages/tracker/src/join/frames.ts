/**
 * Frames between the processes of one tracker: version, kind, number and instance of the sender,
 * then fields that depend on the kind.
 */
import { MAX_FRAME_BYTES } from './carrier.ts'

const VERSION = 1
/** Version 1 byte, kind 1, number 2, instance 8. */
export const HEAD_BYTES = 12
export const INSTANCE_BYTES = 8

export const FRAME = {
  /** Changes of swarms. */
  changes: 1,
  /**
   * A process is alive: uptime in seconds (4 bytes), 1 if it is up to date (1 byte), a JSON object
   * about it.
   */
  beat: 2,
  /** A process has joined and requests a beat from all others. */
  hello: 3,
  /**
   * Requests the swarms from one process, as far as they were heard of within the last seconds (4
   * bytes).
   */
  ask: 4,
  /** A part of the swarms: changes. */
  part: 5,
  /** All parts were sent. */
  end: 6,
  /** A JSON message for a page that is connected to the receiver. */
  signal: 7,
  /** A process is stopping. */
  leave: 8,
} as const
export type FrameKind = (typeof FRAME)[keyof typeof FRAME]

export interface Frame {
  readonly kind: FrameKind
  readonly number: number
  /** Hexadecimal, random for each start of a process. */
  readonly instance: string
  readonly bytes: Uint8Array
}

export interface Sender {
  readonly number: number
  readonly instance: string
}

/** Writes the head into a frame whose first HEAD_BYTES are free. */
export function writeHead(frame: Uint8Array, kind: FrameKind, { number, instance }: Sender): Uint8Array {
  frame[0] = VERSION
  frame[1] = kind
  frame[2] = number >>> 8
  frame[3] = number
  frame.set(Buffer.from(instance, 'hex'), 4)
  return frame
}

export function makeFrame(kind: FrameKind, sender: Sender, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  const frame = new Uint8Array(HEAD_BYTES + body.length)
  frame.set(body, HEAD_BYTES)
  return writeHead(frame, kind, sender)
}

/** Returns null for a frame that is too long, or of another version or kind. */
export function readFrame(bytes: Uint8Array): Frame | null {
  if (bytes.length < HEAD_BYTES || bytes.length > MAX_FRAME_BYTES || bytes[0] !== VERSION) return null
  const kind = bytes[1]!
  const number = (bytes[2]! << 8) | bytes[3]!
  if (kind < FRAME.changes || kind > FRAME.leave || number === 0) return null
  const instance = Buffer.from(bytes.subarray(4, HEAD_BYTES)).toString('hex')
  return { kind: kind as FrameKind, number, instance, bytes }
}

export interface Beat {
  readonly uptimeSeconds: number
  readonly isReady: boolean
  /** JSON. */
  readonly report: string
}

export function makeBeat(sender: Sender, { uptimeSeconds, isReady, report }: Beat): Uint8Array {
  const body = Buffer.alloc(5 + Buffer.byteLength(report))
  body.writeUInt32BE(Math.min(0xffffffff, Math.floor(uptimeSeconds)))
  body[4] = isReady ? 1 : 0
  body.write(report, 5)
  return makeFrame(FRAME.beat, sender, body)
}

/** Returns null if it is too short, or longer than `mostBytes`. */
export function readBeat({ bytes }: Pick<Frame, 'bytes'>, mostBytes: number): Beat | null {
  if (bytes.length < HEAD_BYTES + 5 || bytes.length > HEAD_BYTES + 5 + mostBytes) return null
  const body = Buffer.from(bytes.buffer, bytes.byteOffset + HEAD_BYTES, bytes.length - HEAD_BYTES)
  return { uptimeSeconds: body.readUInt32BE(0), isReady: body[4] === 1, report: body.toString('utf8', 5) }
}
