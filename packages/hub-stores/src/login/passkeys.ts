/** Passkeys (WebAuthn credentials) of accounts. The caller verifies signatures. */

import { checkDid, findAccount } from '../accounts/account.ts'
import { checkBytes, checkInteger, checkText } from '../checks.ts'
import { all, type Database, first } from '../database/database.ts'
import { StoreError } from '../store-error.ts'

/** Most passkeys per account. */
const MAX_PASSKEYS = 20
/** WebAuthn level 3, section 5.8.3 limits credential ids to 1,023 bytes. */
const MAX_ID_BYTES = 1023
const MAX_KEY_BYTES = 2048
const MAX_NAME_BYTES = 64
const MAX_TRANSPORTS_BYTES = 128
const MAX_WRAPPED_BYTES = 256
const MAX_COUNTER = 2 ** 32 - 1

export interface Passkey {
  /** The credential id, 1 to 1,023 bytes. */
  readonly id: Uint8Array
  /** COSE key, at most 2,048 bytes. */
  readonly publicKey: Uint8Array
  /** Signature counter of its authenticator; 0 if it has none. */
  readonly counter: number
  /** As reported by the browser, separated by commas. */
  readonly transports: string
  /** Name chosen by the person: 1 to 64 bytes. */
  readonly name: string
  readonly createdMs: number
  readonly usedMs: number
  /**
   * A key of the person that only this passkey can decrypt, as encrypted by its owner: at most 256
   * bytes. The hub cannot read it.
   */
  readonly wrappedKey: Uint8Array | null
}

export type NewPasskey = Omit<Passkey, 'createdMs' | 'usedMs' | 'wrappedKey'>

interface PasskeyRow {
  readonly id: Uint8Array
  readonly public_key: Uint8Array
  readonly counter: number
  readonly transports: string
  readonly name: string
  readonly created_ms: number
  readonly used_ms: number
  readonly wrapped_key: Uint8Array | null
}

export class Passkeys {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Adds a passkey to an account. Rejects with `exists`, `full` (an account has 20), `not-found`,
   * `bad-argument`.
   */
  async add(did: string, passkey: NewPasskey): Promise<void> {
    const { id, publicKey, counter, transports, name } = passkey
    checkDid(did)
    checkBytes('id', id, 1, MAX_ID_BYTES)
    checkBytes('publicKey', publicKey, 1, MAX_KEY_BYTES)
    checkInteger('counter', counter, 0, MAX_COUNTER)
    checkText('transports', transports, 0, MAX_TRANSPORTS_BYTES)
    checkText('name', name, 1, MAX_NAME_BYTES)
    const nowMs = this.#now()
    await this.#database.write(function* () {
      const { number } = yield* findAccount(did, 'FOR UPDATE')
      const [found] = yield* all<{ count: number }>(
        'SELECT count(*) AS count FROM passkeys WHERE account = $1',
        number,
      )
      if (found!.count >= MAX_PASSKEYS)
        throw new StoreError('full', `An account has at most ${MAX_PASSKEYS} passkeys`)
      const added = yield* first(
        `INSERT INTO passkeys (id, account, public_key, counter, transports, name, created_ms, used_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING RETURNING name`,
        ...[id, number, publicKey, counter, transports, name, nowMs, nowMs],
      )
      if (!added) throw new StoreError('exists', 'This passkey is registered already')
    })
  }

  /** Lists the passkeys of an account, the oldest first. Rejects with `not-found`. */
  async list(did: string): Promise<readonly Passkey[]> {
    checkDid(did)
    return this.#database.read(function* () {
      const { number } = yield* findAccount(did)
      const rows = yield* all<PasskeyRow>(
        'SELECT * FROM passkeys WHERE account = $1 ORDER BY created_ms, id',
        number,
      )
      return rows.map(toPasskey)
    })
  }

  /** Returns a passkey and the DID of its account, or null. */
  async find(id: Uint8Array): Promise<{ readonly did: string; readonly passkey: Passkey } | null> {
    checkBytes('id', id, 1, MAX_ID_BYTES)
    const row = await this.#database.read(() =>
      first<PasskeyRow & { did: string }>(
        'SELECT passkeys.*, accounts.did AS did FROM passkeys JOIN accounts ON accounts.number = passkeys.account WHERE id = $1',
        id,
      ),
    )
    return row ? { did: row.did, passkey: toPasskey(row) } : null
  }

  /**
   * Records a login and the authenticator's counter. Rejects with `not-found`, and `refused` if the
   * counter did not increase: the passkey was cloned, or the login is replayed (WebAuthn level 3,
   * section 6.1.1).
   */
  async noteLogin(id: Uint8Array, counter: number): Promise<void> {
    checkBytes('id', id, 1, MAX_ID_BYTES)
    checkInteger('counter', counter, 0, MAX_COUNTER)
    const nowMs = this.#now()
    await this.#database.write(function* () {
      const row = yield* first<PasskeyRow>('SELECT * FROM passkeys WHERE id = $1 FOR UPDATE', id)
      if (!row) throw new StoreError('not-found', 'This passkey is not registered')
      if ((counter > 0 || row.counter > 0) && counter <= row.counter)
        throw new StoreError('refused', 'The counter of this passkey did not grow: it may have been copied')
      yield* all('UPDATE passkeys SET counter = $2, used_ms = $3 WHERE id = $1', id, counter, nowMs)
    })
  }

  /**
   * Changes a passkey of an account. Rejects with `not-found` if the account does not have it,
   * `bad-argument`.
   */
  async change(
    did: string,
    id: Uint8Array,
    { name, wrappedKey }: { readonly name?: string; readonly wrappedKey?: Uint8Array | null },
  ): Promise<void> {
    checkDid(did)
    checkBytes('id', id, 1, MAX_ID_BYTES)
    if (name !== undefined) checkText('name', name, 1, MAX_NAME_BYTES)
    if (wrappedKey) checkBytes('wrappedKey', wrappedKey, 1, MAX_WRAPPED_BYTES)
    await this.#database.write(function* () {
      const { number } = yield* findAccount(did)
      const row = yield* first<PasskeyRow>(
        'SELECT * FROM passkeys WHERE account = $1 AND id = $2 FOR UPDATE',
        ...[number, id],
      )
      if (!row) throw new StoreError('not-found', 'This account does not have this passkey')
      yield* all(
        'UPDATE passkeys SET name = $2, wrapped_key = $3 WHERE id = $1',
        ...[id, name ?? row.name, wrappedKey === undefined ? row.wrapped_key : wrappedKey],
      )
    })
  }

  /**
   * Removes a passkey of an account. Returns false if the account does not have it. Rejects with
   * `not-found` if there is no such account.
   */
  async remove(did: string, id: Uint8Array): Promise<boolean> {
    checkDid(did)
    checkBytes('id', id, 1, MAX_ID_BYTES)
    return this.#database.write(function* () {
      const { number } = yield* findAccount(did)
      const removed = yield* all(
        'DELETE FROM passkeys WHERE account = $1 AND id = $2 RETURNING name',
        number,
        id,
      )
      return removed.length > 0
    })
  }
}

function toPasskey({ public_key, created_ms, used_ms, wrapped_key, ...row }: PasskeyRow): Passkey {
  const { id, counter, transports, name } = row
  const key = { id, publicKey: public_key, counter, transports }
  return { ...key, name, createdMs: created_ms, usedMs: used_ms, wrappedKey: wrapped_key }
}
