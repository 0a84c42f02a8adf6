import { createHmac, randomBytes } from 'node:crypto'
import { sameText } from './token.ts'

export const CHALLENGE_SECONDS = 120
/** Most answered challenges that are remembered. Only devices of the user can answer one. */
const MAX_USED = 10_000

/**
 * Challenges for logins: random, valid for two minutes, accepted once. One that nobody answered takes no memory, since it carries its own seal,
 * so that a flood of requests uses up nothing.
 */
export class Challenges {
  readonly #key = randomBytes(32)
  readonly #now: () => number
  /** Answered ones that have not expired, the oldest first. */
  readonly #used = new Map<string, number>()

  /** `now`: milliseconds since the Unix epoch. */
  constructor(now: () => number) {
    this.#now = now
  }

  make(): { nonce: string; expiresMs: number } {
    const expires = Math.floor(this.#now() / 1000) + CHALLENGE_SECONDS
    const text = `${expires.toString(36)}.${randomBytes(18).toString('base64url')}`
    return { nonce: `${text}.${this.#seal(text)}`, expiresMs: 1000 * expires }
  }

  /** Returns true if the challenge was made here, has not expired and was not used. */
  isOpen(nonce: string): boolean {
    const [, text, expires, seal] = /^(([0-9a-z]{1,10})\.[\w-]{24})\.([\w-]{43})$/.exec(nonce) ?? []
    if (text === undefined || expires === undefined || seal === undefined) return false
    if (!sameText(seal, this.#seal(text)) || this.#used.has(nonce)) return false
    return 1000 * Number.parseInt(expires, 36) > this.#now()
  }

  /** Accepts an open challenge, once. Returns false if it is not open, or too many were answered lately. */
  use(nonce: string): boolean {
    const now = this.#now()
    for (const [each, untilMs] of this.#used) {
      if (untilMs > now) break
      this.#used.delete(each)
    }
    if (!this.isOpen(nonce) || this.#used.size >= MAX_USED) return false
    this.#used.set(nonce, now + 1000 * CHALLENGE_SECONDS)
    return true
  }

  #seal(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url')
  }
}
