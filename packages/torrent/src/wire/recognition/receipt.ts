import { sha256 } from '#crypto'
import { verifyEd25519 } from '#ed25519'
import { authenticate, SIGNATURE_BYTES, type SigningKey, signingKey } from '#sealing'
import { concat, equalBytes, readU32, utf8, writeU32 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'

/**
 * A receipt: the receiver of data confirms to its giver how many verified bytes of one torrent it
 * has taken in all, since the beginning of an epoch. Each receipt replaces the one before. Both
 * keys are pseudonyms that only this pair uses, so that a receipt alone names nobody.
 *
 * version (1) | network (8) | torrent (32) | pair (32) | epoch (4) | bytes (8) | signature of the
 * receiver's pseudonym (64)
 */
export interface Receipt {
  /** 32 bytes, by `receiptTorrent`. */
  readonly torrent: Uint8Array
  /** 32 bytes, by `receiptPair`. */
  readonly pair: Uint8Array
  /**
   * Start of the count, in Unix seconds: a later epoch starts at 0 again, and adds to the earlier
   * ones.
   */
  readonly epoch: number
  readonly bytes: number
}

const VERSION = 1
const BODY_BYTES = 1 + 8 + 32 + 32 + 4 + 8
export const RECEIPT_BYTES = BODY_BYTES + SIGNATURE_BYTES
const DOMAIN = 'shoal/receipt/1 '
/** Receipts of another network, such as a test network with worthless payments, are invalid. */
const NETWORK = sha256(utf8(`${DOMAIN}network\0shoal`)).subarray(0, 8)
const TWO_32 = 2 ** 32

/** The key that a peer uses towards one other. `secret`: 32 bytes that only it knows. */
export function pseudonymOf(secret: Uint8Array, peer: Uint8Array): SigningKey {
  return signingKey(authenticate(secret, concat([utf8(`${DOMAIN}pseudonym\0`), peer])))
}

/** `infoHash`: 20 bytes, as peers greet each other with it. */
export function receiptTorrent(infoHash: Uint8Array): Uint8Array {
  return sha256(concat([utf8(`${DOMAIN}torrent\0`), infoHash]))
}

/** The pseudonyms of giver and receiver, 32 bytes each. */
export function receiptPair(giver: Uint8Array, receiver: Uint8Array): Uint8Array {
  return sha256(concat([utf8(`${DOMAIN}pair\0`), giver, receiver]))
}

/** Signs a receipt with the receiver's pseudonym. */
export function signReceipt({ torrent, pair, epoch, bytes }: Receipt, key: SigningKey): Uint8Array {
  const numbers = new Uint8Array(12)
  writeU32(numbers, 0, epoch)
  writeU32(numbers, 4, Math.floor(bytes / TWO_32))
  writeU32(numbers, 8, bytes % TWO_32)
  const body = concat([Uint8Array.of(VERSION), NETWORK, torrent, pair, numbers])
  return concat([body, key.sign(concat([utf8(`${DOMAIN}body\0`), body]))])
}

/**
 * Reads a receipt that `pseudonym` signed. Throws `bad-message` if it is malformed, of another
 * network, or not signed by it.
 */
export function readReceipt(receipt: Uint8Array, pseudonym: Uint8Array): Receipt {
  const body = receipt.subarray(0, BODY_BYTES)
  if (receipt.length !== RECEIPT_BYTES || body[0] !== VERSION || !equalBytes(body.subarray(1, 9), NETWORK))
    throw new ShoalError('bad-message', 'it sent a receipt of a wrong form')
  const bytes = readU32(body, 77) * TWO_32 + readU32(body, 81)
  const signature = receipt.subarray(BODY_BYTES)
  const isSigned = verifyEd25519(pseudonym, concat([utf8(`${DOMAIN}body\0`), body]), signature)
  if (!isSigned || !Number.isSafeInteger(bytes))
    throw new ShoalError('bad-message', 'it sent a receipt that it did not sign')
  return { torrent: body.slice(9, 41), pair: body.slice(41, 73), epoch: readU32(body, 73), bytes }
}
