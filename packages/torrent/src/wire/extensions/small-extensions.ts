import { readU32, writeU32 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'

/** The extensions whose payload is a single number. */

/** BEP 54 lt_donthave: the sender no longer has the piece. */
export function encodeDontHave(piece: number): Uint8Array {
  const payload = new Uint8Array(4)
  writeU32(payload, 0, piece)
  return payload
}

/** The piece, unchecked. Throws ShoalError `bad-message` when the payload has the wrong size. */
export function parseDontHave(payload: Uint8Array): number {
  if (payload.length !== 4)
    throw new ShoalError('bad-message', 'A lt_donthave message must have 4 bytes: disconnect the peer')
  return readU32(payload, 0)
}

/** upload_only: BEP 21's header as a message of its own, for when it changes during a connection. */
export function encodeUploadOnly(uploadOnly: boolean): Uint8Array {
  return Uint8Array.of(uploadOnly ? 1 : 0)
}

/** Whether the peer downloads nothing more. Throws ShoalError `bad-message` when the payload has the wrong size. */
export function parseUploadOnly(payload: Uint8Array): boolean {
  if (payload.length !== 1)
    throw new ShoalError('bad-message', 'An upload_only message must have 1 byte: disconnect the peer')
  return payload[0] !== 0
}
