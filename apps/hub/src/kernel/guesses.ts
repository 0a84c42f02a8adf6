/**
 * Counts wrong secrets, such as failed logins and guessed invitations, by address and name, across
 * all reachable processes.
 */
import { Attempts } from '@shoal/daemon/login'
import type { Channels } from '../cluster/channels.ts'

const MAX_NAME_LENGTH = 300

export class Guesses {
  readonly #attempts: Attempts
  readonly #channel: ReturnType<Channels['open']>

  /**
   * `now`: milliseconds since the Unix epoch. `name`: of the channel between processes. `field`:
   * the input member named in refusals.
   */
  constructor(
    channels: Pick<Channels, 'open'>,
    now: () => number,
    { name, field }: { readonly name: string; readonly field: string },
  ) {
    // All secrets of a hub are random: a global limit would protect nothing, and only lock
    // newcomers out.
    this.#attempts = new Attempts(now, { limitsAll: false, field })
    this.#channel = channels.open(name, bytes => {
      const name = Buffer.from(bytes.subarray(0, MAX_NAME_LENGTH)).toString()
      this.#attempts.failed(name)
    })
  }

  /** Throws `too-many-attempts` if one of these addresses or names has failed too often. */
  admit(...names: readonly string[]): void {
    for (const name of names) this.#attempts.admit(name)
  }

  failed(...names: readonly string[]): void {
    for (const name of names) {
      this.#attempts.failed(name)
      this.#channel.publish(Buffer.from(name.slice(0, MAX_NAME_LENGTH)))
    }
  }
}
