import { createHmac, randomBytes } from 'node:crypto'
import { sameText } from './same-text.ts'

export const CHALLENGE_SECONDS = 120
/** Most answered challenges to remember. Only the user's devices can answer one. */
const MAX_USED = 10_000

/**
 * Login challenges: random, valid for two minutes, accepted once. An unanswered one takes no
 * memory, since it carries its own seal, so a flood of requests cannot exhaust anything.
 */
export class Challenges {
  readonly #key: Uint8Array
  readonly #now: () => number
  /** Answered ones that have not expired, the oldest first. */
  readonly #used = new Map<string, number>()

  /**
   * `now`: milliseconds since the Unix epoch. `key`: secret bytes, by default random ones.
   * Processes with the same key accept each other's challenges, and have to share the used ones by
   * other means than `use`.
   */
  constructor(now: () => number, key: Uint8Array = randomBytes(32)) {
    this.#now = now
    this.#key = key
  }

  /** `purpose`: the only purpose for which the challenge is valid. */
  make(purpose = ''): { nonce: string; expiresMs: number } {
    const expires = Math.floor(this.#now() / 1000) + CHALLENGE_SECONDS
    const text = `${expires.toString(36)}.${randomBytes(18).toString('base64url')}`
    return { nonce: `${text}.${this.#seal(text, purpose)}`, expiresMs: 1000 * expires }
  }

  /**
   * Returns whether the challenge was created here for this purpose, has not expired and was not
   * used.
   */
  isOpen(nonce: string, purpose = ''): boolean {
    return !this.#used.has(nonce) && this.expiry(nonce, purpose) !== null
  }

  /**
   * Returns when the challenge expires, or null if it has expired, or was not created with this key
   * for this purpose.
   */
  expiry(nonce: string, purpose = ''): number | null {
    const [, text, expires, seal] = /^(([0-9a-z]{1,10})\.[\w-]{24})\.([\w-]{43})$/.exec(nonce) ?? []
    if (text === undefined || expires === undefined || seal === undefined) return null
    if (!sameText(seal, this.#seal(text, purpose))) return null
    const expiresMs = 1000 * Number.parseInt(expires, 36)
    return expiresMs > this.#now() ? expiresMs : null
  }

  /**
   * Accepts an open challenge, once. Returns false if it is not open, or too many were answered
   * recently.
   */
  use(nonce: string, purpose = ''): boolean {
    const now = this.#now()
    for (const [each, untilMs] of this.#used) {
      if (untilMs > now) break
      this.#used.delete(each)
    }
    if (!this.isOpen(nonce, purpose) || this.#used.size >= MAX_USED) return false
    this.#used.set(nonce, now + 1000 * CHALLENGE_SECONDS)
    return true
  }

  #seal(text: string, purpose: string): string {
    return createHmac('sha256', this.#key).update(`${text}\n${purpose}`).digest('base64url')
  }
}
