/**
 * All device lists of accounts (decision 014), so that clients that know an old one can follow; and
 * the descriptions of devices. They never go backwards.
 */
import {
  deviceHash,
  isSuccession,
  judgeDeviceLists,
  type ListVerdict,
  MAX_DEVICE_BYTES,
  readDevice,
  readDeviceList,
  type SignedDeviceList,
} from '@shoal/identity/devices'
import { equalBytes } from '@shoal/torrent/base'
import { checkBytes, checkCount } from '../checks.ts'
import { all, type Database, first, type Steps } from '../database/database.ts'
import { StoreError } from '../store-error.ts'
import { type AccountRow, checkDid, findAccount } from './account.ts'

/** Most lists of an account. */
const MAX_LISTS = 1000

export class DeviceLists {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Evaluates lists of an account, oldest first, against the newest known one, and stores them if
   * they are the `first` or `newer`. Ends sessions of devices not in the newest list. Returns the
   * verdict: `older` and `forked` change nothing. Rejects with `bad-device-list` (an
   * `IdentityError`), `not-found`, `bad-argument`, `full`.
   */
  async put(did: string, lists: readonly Uint8Array[]): Promise<ListVerdict> {
    checkDid(did)
    checkCount('lists', lists, 1, MAX_LISTS)
    const signed = lists.map(readDeviceList)
    return this.#database.write(function* () {
      const account = yield* findAccount(did, 'FOR UPDATE')
      const known = yield* newest(account)
      const verdict = judgeDeviceLists(did, known, signed)
      if (verdict.kind !== 'first' && verdict.kind !== 'newer') return verdict
      yield* keep(account, signed.slice(firstNew(known, signed)))
      yield* endOthers(account, verdict.list)
      return verdict
    })
  }

  /**
   * Returns all lists of an account, oldest first, for clients that know none; empty if there are
   * none. Rejects with `not-found`.
   */
  async get(did: string): Promise<readonly Uint8Array[]> {
    checkDid(did)
    return this.#database.read(function* () {
      const { number } = yield* findAccount(did)
      const rows = yield* all<{ bytes: Uint8Array }>(
        'SELECT bytes FROM device_lists WHERE account = $1 ORDER BY sequence',
        number,
      )
      return rows.map(({ bytes }) => bytes)
    })
  }

  /** Returns the newest list of an account, or null. Rejects with `not-found`. */
  async newest(did: string): Promise<SignedDeviceList | null> {
    checkDid(did)
    return this.#database.read(function* () {
      return yield* newest(yield* findAccount(did))
    })
  }

  /**
   * Stores the description of a device, which must be in the newest list of the account. Returns
   * its hash, which identifies the device in sessions, inboxes and cursors. Rejects with
   * `bad-device-list` (an `IdentityError`), `refused` if the list does not contain it, `not-found`.
   */
  async putDevice(did: string, description: Uint8Array): Promise<Uint8Array> {
    checkDid(did)
    checkBytes('description', description, 1, MAX_DEVICE_BYTES)
    readDevice(description)
    const hash = deviceHash(description)
    const nowMs = this.#now()
    return this.#database.write(function* () {
      const account = yield* findAccount(did, 'FOR UPDATE')
      if (!includes(yield* newest(account), hash))
        throw new StoreError(
          'refused',
          'The newest device list does not contain this device: send a newer list first',
        )
      yield* all(
        `INSERT INTO devices (account, hash, description, added_ms) VALUES ($1, $2, $3, $4)
        ON CONFLICT (account, hash) DO NOTHING`,
        ...[account.number, hash, description, nowMs],
      )
      return hash
    })
  }

  /** Returns the known descriptions of devices in the newest list. Rejects with `not-found`. */
  async devices(
    did: string,
  ): Promise<readonly { readonly hash: Uint8Array; readonly description: Uint8Array }[]> {
    checkDid(did)
    return this.#database.read(function* () {
      const { number } = yield* findAccount(did)
      return yield* all<{ hash: Uint8Array; description: Uint8Array }>(
        'SELECT hash, description FROM devices WHERE account = $1 ORDER BY hash',
        number,
      )
    })
  }
}

export function* newest({ number }: AccountRow): Steps<SignedDeviceList | null> {
  const row = yield* first<{ bytes: Uint8Array }>(
    'SELECT bytes FROM device_lists WHERE account = $1 ORDER BY sequence DESC LIMIT 1',
    number,
  )
  return row ? readDeviceList(row.bytes) : null
}

export function includes(signed: SignedDeviceList | null, device: Uint8Array): boolean {
  return (signed?.list.devices ?? []).some(hash => equalBytes(hash, device))
}

/**
 * Returns the index of the first list to store. The successor of a root key replaces everything
 * signed by the root key from that number on.
 */
function firstNew(known: SignedDeviceList | null, lists: readonly SignedDeviceList[]): number {
  if (!known) return 0
  const takeover = lists.findIndex(({ list }) => isSuccession(known.list, list))
  return takeover >= 0 ? takeover : lists.findIndex(({ list }) => list.sequence > known.list.sequence)
}

function* keep({ number }: AccountRow, lists: readonly SignedDeviceList[]): Steps<void> {
  yield* all(
    'DELETE FROM device_lists WHERE account = $1 AND sequence >= $2',
    number,
    lists[0]!.list.sequence,
  )
  const [kept] = yield* all<{ count: number }>(
    'SELECT count(*) AS count FROM device_lists WHERE account = $1',
    number,
  )
  if (kept!.count + lists.length > MAX_LISTS)
    throw new StoreError('full', `An account has at most ${MAX_LISTS} device lists`)
  for (const { list, bytes } of lists)
    yield* all(
      'INSERT INTO device_lists (account, sequence, bytes) VALUES ($1, $2, $3)',
      number,
      list.sequence,
      bytes,
    )
}

function* endOthers({ number }: AccountRow, list: SignedDeviceList): Steps<void> {
  const known = yield* all<{ hash: Uint8Array }>('SELECT hash FROM devices WHERE account = $1', number)
  for (const { hash } of known) {
    if (includes(list, hash)) continue
    yield* all('DELETE FROM sessions WHERE account = $1 AND device = $2', number, hash)
    yield* all('DELETE FROM devices WHERE account = $1 AND hash = $2', number, hash)
  }
}
