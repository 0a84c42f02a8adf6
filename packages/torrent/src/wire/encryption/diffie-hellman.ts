import { fromHex, hex } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'

/**
 * The key exchange of message stream encryption, in BigInt on every platform: an exponentiation
 * takes 0.2 ms, while Node's own DiffieHellman takes 16 ms, most of it to check that the prime is
 * one. It is not constant-time, which is acceptable because a key serves one connection.
 */

/** Size of a public key and of the shared secret. */
export const KEY_BYTES = 96

/** 160 bits; the specification calls longer private keys pointless. */
const PRIVATE_KEY_BYTES = 20

const PRIME = BigInt(
  '0xffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22' +
    '514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563',
)
const GENERATOR = 2n

export class KeyExchange {
  readonly #privateKey: bigint
  /** 96 bytes, big-endian. */
  readonly publicKey: Uint8Array

  constructor(random: Random) {
    this.#privateKey = toBigInt(random.bytes(PRIVATE_KEY_BYTES))
    this.publicKey = toBytes(power(GENERATOR, this.#privateKey))
  }

  /**
   * Computes the shared secret of 96 bytes. Throws `bad-message` for a public key that would make
   * it guessable.
   */
  secretWith(publicKey: Uint8Array): Uint8Array {
    const other = toBigInt(publicKey)
    if (other <= 1n || other >= PRIME - 1n)
      throw new ShoalError('bad-message', 'The peer sent an invalid public key: disconnect it')
    return toBytes(power(other, this.#privateKey))
  }
}

/** Raises `base` to `exponent` modulo the prime, by squaring. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % PRIME
    square = (square * square) % PRIME
  }
  return result
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${hex(bytes)}`)
}

function toBytes(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * KEY_BYTES, '0'))!
}
