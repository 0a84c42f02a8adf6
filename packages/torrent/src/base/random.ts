import { randomBytes } from '#crypto'

/**
 * The engine's only source of randomness. It is passed in, so that a simulated swarm can be
 * repeated from its seed.
 */
export interface Random {
  bytes(count: number): Uint8Array
  /** Returns an integer from 0 to `limit - 1`; `limit` is 1 to 2^32. */
  below(limit: number): number
}

export const systemRandom: Random = {
  bytes: randomBytes,
  below: limit => Math.floor(Math.random() * limit),
}

/**
 * A generator that gives the same sequence for the same seed (mulberry32). For simulations and
 * tests, never for secrets.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }
  return {
    bytes: count => Uint8Array.from({ length: count }, () => next() & 0xff),
    below: limit => Math.floor((next() / 2 ** 32) * limit),
  }
}

/** Shuffles `items` in place (Fisher-Yates) and returns them. */
export function shuffle<T>(items: T[], random: Random): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const swapped = items[i] as T
    items[i] = items[j] as T
    items[j] = swapped
  }
  return items
}
