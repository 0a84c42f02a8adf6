/**
 * Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with
 * PURBs", 2019): padding that makes lengths reveal little, for at most 12 % more bytes.
 */
import { ChatError } from '../chat-error.ts'

const LENGTH_BYTES = 4
/** Short texts all look alike, and like reactions: the framing of a text takes about 240 bytes. */
const LEAST_BYTES = 512

/** Returns the padded length for this many bytes. */
export function paddedLength(length: number): number {
  if (length <= LEAST_BYTES) return LEAST_BYTES
  const exponent = Math.floor(Math.log2(length))
  const mantissaBits = Math.floor(Math.log2(exponent)) + 1
  const unit = 2 ** (exponent - mantissaBits)
  return Math.ceil(length / unit) * unit
}

/** Returns the length, the bytes, and zeros. */
export function pad(bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(paddedLength(LENGTH_BYTES + bytes.length))
  new DataView(all.buffer).setUint32(0, bytes.length)
  all.set(bytes, LENGTH_BYTES)
  return all
}

/** Reverses `pad`. Throws `bad-message`. */
export function unpad(padded: Uint8Array): Uint8Array {
  const { buffer, byteOffset, byteLength } = padded
  const length = byteLength < LENGTH_BYTES ? -1 : new DataView(buffer, byteOffset, byteLength).getUint32(0)
  if (
    length < 0 ||
    byteLength !== paddedLength(LENGTH_BYTES + length) ||
    padded.subarray(LENGTH_BYTES + length).some(byte => byte !== 0)
  )
    throw new ChatError('bad-message', 'This message is not padded as messages are.')
  return padded.subarray(LENGTH_BYTES, LENGTH_BYTES + length)
}
