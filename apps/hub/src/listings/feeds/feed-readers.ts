/** Programs that read feeds. They send no headers, so that their address has a key of a member: one for feeds, or the passkey of the tracker. */
import { Failure } from '@shoal/daemon/failure'
import type { Account, HubStores } from '@shoal/hub-stores'
import { Guesses } from '../../kernel/guesses.ts'
import type { HubKernel } from '../../kernel/kernel.ts'
import { Rates } from '../../kernel/rates.ts'

const KEY = /^[\w-]{8,64}$/

export interface FeedReader {
  readonly did: string
  readonly account: Account
}

export class FeedReaders {
  readonly #stores: Pick<HubStores, 'feedKeys' | 'trackerKeys' | 'accounts'>
  readonly #guesses: Guesses
  readonly #rates: Rates

  constructor(kernel: Pick<HubKernel, 'stores' | 'channels' | 'now'>) {
    this.#stores = kernel.stores
    this.#guesses = new Guesses(kernel.channels, kernel.now, { name: 'feed-guesses', field: 'key' })
    this.#rates = new Rates(kernel, 'feeds', { burst: 120, everyMs: 500 })
  }

  /** Returns the member with this key, or null without a key. Rejects with `unauthorized` for a wrong one, `too-many-attempts`, `too-many-requests`. */
  async of(key: string | null, address: string): Promise<FeedReader | null> {
    this.#rates.take(key ?? address)
    if (key === null) return null
    this.#guesses.admit(address)
    const did = KEY.test(key) ? await this.#find(key) : null
    if (did === null) {
      this.#guesses.failed(address)
      throw new Failure('unauthorized', 'this key is wrong, or has been replaced', { field: 'key' })
    }
    return { did, account: await this.#stores.accounts.get(did) }
  }

  async #find(key: string): Promise<string | null> {
    const found = await this.#stores.feedKeys.find(key)
    return found ?? (await this.#stores.trackerKeys.find([key])).get(key) ?? null
  }
}
