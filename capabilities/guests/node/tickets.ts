import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const LIFETIME_MS = 24 * 60 * 60_000
const CIPHER = 'aes-256-gcm'
const [NONCE_BYTES, TIME_BYTES, TAG_BYTES] = [12, 6, 16] as const

/**
 * Names of torrents in the URLs of their files, valid for a day or until the node stops. They are
 * encrypted, so that no log of an intermediate server shows an info hash, and stateless, so that no
 * client can exhaust memory.
 */
export class Tickets {
  readonly #key = randomBytes(32)
  readonly #nowMs: () => number

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs
  }

  /** `id`: an info hash in hex. */
  make(id: string): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, this.#key, nonce)
    const time = Buffer.alloc(TIME_BYTES)
    time.writeUIntBE(this.#nowMs() + LIFETIME_MS, 0, TIME_BYTES)
    const sealed = Buffer.concat([
      cipher.update(Buffer.concat([time, Buffer.from(id, 'hex')])),
      cipher.final(),
    ])
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url')
  }

  /** Returns the info hash. Null if the ticket is invalid or expired. */
  idOf(ticket: string): string | null {
    const bytes = Buffer.from(ticket, 'base64url')
    if (bytes.length <= NONCE_BYTES + TIME_BYTES + TAG_BYTES || bytes.length > 100) return null
    const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, NONCE_BYTES))
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    try {
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
      return text.readUIntBE(0, TIME_BYTES) > this.#nowMs() ? text.toString('hex', TIME_BYTES) : null
    } catch {
      return null
    }
  }
}
