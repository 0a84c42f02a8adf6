import { concat } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { asDictionary, asInteger, decodePrefix, encode } from '../../bencode/bencode.ts'
import { MAX_METADATA_BYTES } from './extended-handshake.ts'

/** Metadata exchange (BEP 9): peers send the info dictionary in blocks of 16 KiB. */

/** Size of every metadata block but the last. */
export const METADATA_BLOCK_BYTES = 16384

export type MetadataMessage =
  | { readonly type: 'request'; readonly piece: number }
  | {
      readonly type: 'data'
      readonly piece: number
      /** Size of the info dictionary in bytes. */
      readonly totalSize: number
      /**
       * Has exactly the size of block `piece`. In a parsed message it is a view into the payload.
       */
      readonly block: Uint8Array
    }
  | { readonly type: 'reject'; readonly piece: number }
  /** BEP 9: messages of unknown types must be ignored. */
  | { readonly type: 'unknown' }

/** BEP 9: msg_type. */
const REQUEST = 0
const DATA = 1
const REJECT = 2
const LIMITS = { depth: 4, items: 100, unsortedKeys: true }

export function encodeMetadataRequest(piece: number): Uint8Array {
  return encode({ msg_type: REQUEST, piece })
}

export function encodeMetadataReject(piece: number): Uint8Array {
  return encode({ msg_type: REJECT, piece })
}

/**
 * Encodes one block of `metadata` with its header. Throws `bad-argument` if the block does not
 * exist.
 */
export function encodeMetadataData(piece: number, metadata: Uint8Array): Uint8Array {
  if (!(piece >= 0 && piece < metadataBlockCount(metadata.length)))
    throw new ShoalError('bad-argument', `The metadata has no block ${piece}`)
  const begin = piece * METADATA_BLOCK_BYTES
  const block = metadata.subarray(begin, begin + METADATA_BLOCK_BYTES)
  return concat([encode({ msg_type: DATA, piece, total_size: metadata.length }), block])
}

/**
 * Parses a ut_metadata message. Throws `bad-message` if it is malformed or its block has the wrong
 * size.
 */
export function parseMetadataMessage(payload: Uint8Array): MetadataMessage {
  const { value, end } = decodeHead(payload)
  const fields = asDictionary(value)
  const type = asInteger(fields?.get('msg_type'))
  if (type === undefined) throw bad('has no type')
  if (type !== REQUEST && type !== DATA && type !== REJECT) return { type: 'unknown' }
  const piece = asInteger(fields?.get('piece'))
  if (piece === undefined || piece < 0 || piece >= metadataBlockCount(MAX_METADATA_BYTES))
    throw bad('has no valid block index')
  if (type === REQUEST) return { type: 'request', piece }
  if (type === REJECT) return { type: 'reject', piece }
  const totalSize = asInteger(fields?.get('total_size'))
  if (totalSize === undefined || totalSize < 1 || totalSize > MAX_METADATA_BYTES)
    throw bad('has no valid total size')
  const block = payload.subarray(end)
  if (block.length === 0 || block.length !== metadataBlockSize(piece, totalSize))
    throw bad(`has ${block.length} bytes for block ${piece} of ${totalSize} bytes`)
  return { type: 'data', piece, totalSize, block }
}

export function metadataBlockCount(totalSize: number): number {
  return Math.ceil(totalSize / METADATA_BLOCK_BYTES)
}

/** Returns the size of a block in bytes, or 0 if it does not exist. */
export function metadataBlockSize(piece: number, totalSize: number): number {
  return Math.max(0, Math.min(METADATA_BLOCK_BYTES, totalSize - piece * METADATA_BLOCK_BYTES))
}

function decodeHead(payload: Uint8Array): ReturnType<typeof decodePrefix> {
  try {
    return decodePrefix(payload, LIMITS)
  } catch (cause) {
    throw bad('has a malformed header', { cause })
  }
}

function bad(what: string, options?: ErrorOptions): ShoalError {
  return new ShoalError('bad-message', `A ut_metadata message ${what}: disconnect the peer`, options)
}
