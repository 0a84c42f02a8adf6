import { readU32, writeU32 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'

/** Extensions whose payload is a single number. */

/** lt_donthave (BEP 54): the sender no longer has the piece. */
export function encodeDontHave(piece: number): Uint8Array {
  const payload = new Uint8Array(4)
  writeU32(payload, 0, piece)
  return payload
}

/** Returns the piece index, unchecked. Throws `bad-message` if the payload has the wrong size. */
export function parseDontHave(payload: Uint8Array): number {
  if (payload.length !== 4)
    throw new ShoalError('bad-message', 'An lt_donthave message must have 4 bytes: disconnect the peer')
  return readU32(payload, 0)
}

/** upload_only: the field of BEP 21 as a message, sent when it changes during a connection. */
export function encodeUploadOnly(uploadOnly: boolean): Uint8Array {
  return Uint8Array.of(uploadOnly ? 1 : 0)
}

/**
 * Returns true if the peer downloads nothing more. Throws `bad-message` if the payload has the
 * wrong size.
 */
export function parseUploadOnly(payload: Uint8Array): boolean {
  if (payload.length !== 1)
    throw new ShoalError('bad-message', 'An upload_only message must have 1 byte: disconnect the peer')
  return payload[0] !== 0
}
