import { createHash } from 'node:crypto'
import { HttpFailure } from '@shoal/daemon/http'
import { Allowance, type Rate } from './allowance.ts'
import type { HubKernel } from './kernel.ts'

const MAX_KEYS = 20_000
const NAME_BYTES = 16

/**
 * Rate limits of accounts and addresses across all reachable processes: a token bucket for each,
 * for the 20,000 most recently used. Other processes receive only hashes, since a key may be a
 * secret.
 */
export class Rates {
  readonly #rate: Rate
  readonly #now: () => number
  readonly #allowances = new Map<string, Allowance>()
  readonly #channel: ReturnType<HubKernel['channels']['open']>

  /** `name`: of the channel between processes. */
  constructor({ channels, now }: Pick<HubKernel, 'channels' | 'now'>, name: string, rate: Rate) {
    this.#rate = rate
    this.#now = now
    this.#channel = channels.open(`rate-${name}`, bytes => {
      if (bytes.length === NAME_BYTES) this.#of(Buffer.from(bytes).toString('latin1')).taken(1, this.#now())
    })
  }

  /** Throws `too-many-requests`. */
  take(key: string): void {
    const name = createHash('sha256').update(key).digest().subarray(0, NAME_BYTES)
    const waitMs = this.#of(name.toString('latin1')).take(1, this.#now())
    if (waitMs > 0) throw tooMany(Math.ceil(waitMs / 1000))
    this.#channel.publish(name)
  }

  #of(name: string): Allowance {
    const allowance = this.#allowances.get(name) ?? new Allowance(this.#rate)
    this.#allowances.delete(name)
    this.#allowances.set(name, allowance)
    if (this.#allowances.size > MAX_KEYS) this.#allowances.delete(this.#allowances.keys().next().value!)
    return allowance
  }
}

function tooMany(seconds: number): HttpFailure {
  return new HttpFailure(
    'too-many-requests',
    `this is too much at once: try again in ${seconds} seconds`,
    'authorization',
    { 'retry-after': String(seconds) },
  )
}
