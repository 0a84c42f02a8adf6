import type { Clock } from './clock.ts'

/** Pages hold few torrents: nothing needs to be divided. */
export class Turns {
  // biome-ignore lint/complexity/noUselessConstructor: the same signature as in Node
  constructor(_clock: Clock) {}

  async next(): Promise<void> {}
}
