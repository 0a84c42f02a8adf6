/**
 * Feed readers. They send no headers, so their URL contains a member's key: one for feeds, or the
 * tracker's passkey.
 */
import { Failure } from '@shoal/daemon/failure'
import type { Account, Accounts, FeedKeys } from '@shoal/hub-stores'
import { Guesses } from '../../kernel/guesses.ts'
import type { HubKernel } from '../../kernel/kernel.ts'
import { Rates } from '../../kernel/rates.ts'
import type { Passkeys } from '../../tracker-keys/service.ts'

const KEY = /^[\w-]{8,64}$/

export interface FeedReader {
  readonly did: string
  readonly account: Account
}

export class FeedReaders {
  readonly #accounts: Accounts
  readonly #feedKeys: FeedKeys
  readonly #passkeys: Passkeys | null
  readonly #guesses: Guesses
  readonly #rates: Rates

  /** `passkeys`: the tracker's, if the hub has them. */
  constructor(
    kernel: Pick<HubKernel, 'people' | 'channels' | 'now'>,
    feedKeys: FeedKeys,
    passkeys: Passkeys | null,
  ) {
    this.#accounts = kernel.people.accounts
    this.#feedKeys = feedKeys
    this.#passkeys = passkeys
    this.#guesses = new Guesses(kernel.channels, kernel.now, { name: 'feed-guesses', field: 'key' })
    this.#rates = new Rates(kernel, 'feeds', { burst: 120, everyMs: 500 })
  }

  /**
   * Returns the member with this key, or null without a key. Rejects with `unauthorized` for a
   * wrong one, `too-many-attempts`, `too-many-requests`.
   */
  async of(key: string | null, address: string): Promise<FeedReader | null> {
    this.#rates.take(key ?? address)
    if (key === null) return null
    this.#guesses.admit(address)
    const did = KEY.test(key) ? await this.#find(key) : null
    if (did === null) {
      this.#guesses.failed(address)
      throw new Failure('unauthorized', 'this key is wrong, or has been replaced', { field: 'key' })
    }
    return { did, account: await this.#accounts.get(did) }
  }

  async #find(key: string): Promise<string | null> {
    return (await this.#feedKeys.find(key)) ?? (await this.#passkeys?.find(key)) ?? null
  }
}
