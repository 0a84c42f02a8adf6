/**
 * RC4, as message stream encryption prescribes it. It keeps a stream from being recognized by its
 * pattern. It does not protect against anyone who knows the info hash, and nothing in the engine
 * relies on it for secrecy.
 */
export class Rc4 {
  readonly #state = new Uint8Array(256)
  #i = 0
  #j = 0

  /** `key`: 1 to 256 bytes. The first `dropBytes` of the key stream are discarded. */
  constructor(key: Uint8Array, dropBytes = 0) {
    const state = this.#state
    for (let i = 0; i < 256; i++) state[i] = i
    for (let i = 0, j = 0; i < 256; i++) {
      const a = state[i]!
      j = (j + a + key[i % key.length]!) & 255
      state[i] = state[j]!
      state[j] = a
    }
    if (dropBytes > 0) this.apply(new Uint8Array(dropBytes))
  }

  /**
   * Encrypts or decrypts `source`, the next bytes of the stream, into the start of `target`, or in
   * place if there is no target.
   */
  apply(source: Uint8Array, target: Uint8Array = source): void {
    // All state is in local variables: this loop runs for every byte of an encrypted connection.
    const state = this.#state
    const length = source.length
    let i = this.#i
    let j = this.#j
    for (let at = 0; at < length; at++) {
      i = (i + 1) & 255
      const a = state[i]!
      j = (j + a) & 255
      const b = state[j]!
      state[i] = b
      state[j] = a
      target[at] = source[at]! ^ state[(a + b) & 255]!
    }
    this.#i = i
    this.#j = j
  }
}
