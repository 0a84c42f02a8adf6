import { gcm } from '@noble/ciphers/aes.js'
import { concatBytes } from '@noble/hashes/utils.js'
import type { ClientState } from 'ts-mls'
import { exportSecret } from './export-secret.ts'
import type { Suite } from './suite.ts'

const HANDSHAKE_LABEL = 'shoal handshake'
const HANDSHAKE_KEY_BYTES = 32
const NONCE_BYTES = 12

/**
 * Encrypts the handshakes of a group a second time, so that a hub does not learn how many members
 * they concern.
 */
export class HandshakeCipher {
  readonly #suite: Suite
  readonly #randomBytes: (length: number) => Uint8Array

  constructor(suite: Suite, randomBytes: (length: number) => Uint8Array) {
    this.#suite = suite
    this.#randomBytes = randomBytes
  }

  async wrap(state: ClientState, bytes: Uint8Array): Promise<Uint8Array> {
    const nonce = this.#randomBytes(NONCE_BYTES)
    return concatBytes(nonce, gcm(await this.#keyOf(state), nonce).encrypt(bytes))
  }

  /** Returns null if it is not of this epoch. */
  async unwrap(state: ClientState, bytes: Uint8Array): Promise<Uint8Array | null> {
    try {
      const nonce = bytes.subarray(0, NONCE_BYTES)
      return gcm(await this.#keyOf(state), nonce).decrypt(bytes.subarray(NONCE_BYTES))
    } catch {
      return null
    }
  }

  #keyOf(state: ClientState): Promise<Uint8Array> {
    const { groupId } = state.groupContext
    return exportSecret(state, this.#suite, HANDSHAKE_LABEL, groupId, HANDSHAKE_KEY_BYTES)
  }
}
