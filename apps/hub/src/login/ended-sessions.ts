/**
 * Notifies all processes that sessions of an account may have ended, so that they close its
 * connections at once. Requests check the database anyway.
 */
import type { Channels } from '../cluster/channels.ts'

const MAX_DID_BYTES = 256

export class EndedSessions {
  readonly #listeners = new Set<(did: string) => void>()
  readonly #channel: ReturnType<Channels['open']>

  constructor(channels: Pick<Channels, 'open'>) {
    this.#channel = channels.open('ended-sessions', bytes => {
      if (bytes.length <= MAX_DID_BYTES) this.#report(Buffer.from(bytes).toString())
    })
  }

  announce(did: string): void {
    this.#report(did)
    this.#channel.publish(Buffer.from(did))
  }

  onEnded(listener: (did: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #report(did: string): void {
    for (const listener of this.#listeners) listener(did)
  }
}
