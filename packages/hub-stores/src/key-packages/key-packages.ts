/**
 * Key packages (RFC 9420, 10), which devices upload so that others can add them to closed groups
 * while they are offline. The store does not read them. One-time ones are handed out once; the last
 * resort stays.
 */
import { createHash } from 'node:crypto'
import { checkDid, findAccount } from '../accounts/account.ts'
import { bad, checkBytes, checkCount, checkInteger } from '../checks.ts'
import { all, type Database, first, type Steps } from '../database/database.ts'
import { HASH_BYTES } from '../log/entries.ts'
import { StoreError } from '../store-error.ts'

/** Most one-time key packages per device. */
export const MAX_KEY_PACKAGES = 100
/** Largest key package, in bytes. */
const MAX_KEY_PACKAGE_BYTES = 24 * 1024
/** Most bytes of one-time key packages per device. */
const MAX_ALL_KEY_PACKAGES_BYTES = 1 << 20
/** Most one-time key packages of a device that one taker gets in a day. */
export const TAKINGS_PER_DAY = 10

const TAKER_BYTES = 32
const REF_BYTES = 32
const DAY_MS = 86_400_000

interface LastResort {
  /** 32 bytes by which the device recognizes it. */
  readonly ref: Uint8Array
  readonly bytes: Uint8Array
}

export interface KeyPackageUpload {
  /**
   * One more than the number of the device's last upload, so that a repeated upload has no effect.
   */
  readonly number: number
  readonly oneTime: readonly Uint8Array[]
  /** Replaces the previous one. Null keeps that. */
  readonly lastResort: LastResort | null
  /** Whether to delete all existing ones: the device lost their private keys. */
  readonly isReplacing: boolean
}

export interface KeyPackageCounts {
  /** Number of the last upload; 0 before the first. */
  readonly upload: number
  readonly oneTime: number
  /** Ref of the last resort, if there is one. */
  readonly lastResort: Uint8Array | null
}

/** A device's key package. `bytes`: null if the device has not uploaded any. */
export interface TakenKeyPackage {
  /** The hash of the device's description. */
  readonly device: Uint8Array
  readonly bytes: Uint8Array | null
  readonly isLastResort: boolean
}

export interface KeyPackageTaking {
  /**
   * Pseudonym of the taker for this day, 32 bytes. The store keeps only a hash of it and the
   * device, and cannot identify the taker.
   */
  readonly taker: Uint8Array
  /** Selects devices by the hashes of their descriptions. Default: all of them. */
  readonly isWanted?: (device: Uint8Array) => boolean
}

interface UploadRow {
  readonly upload: number
  readonly last_resort: Uint8Array | null
  readonly last_resort_ref: Uint8Array | null
}

export class KeyPackages {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Adds key packages of a device. Returns their new number. An upload with the number of the last
   * one changes nothing. Rejects with `conflict` if the number is another, `full` beyond 100
   * one-time key packages or 1 MiB, `refused` if the hub does not know the device, `not-found`,
   * `bad-argument`.
   */
  async add(did: string, device: Uint8Array, upload: KeyPackageUpload): Promise<KeyPackageCounts> {
    checkDid(did)
    checkBytes('device', device, HASH_BYTES)
    checkUpload(upload)
    return this.#database.write(function* () {
      const { number: account } = yield* findAccount(did, 'FOR UPDATE')
      yield* checkDevice(account, device)
      const before = yield* uploadOf(account, device)
      const last = before?.upload ?? 0
      if (upload.number === last) return yield* counts(account, device)
      if (upload.number !== last + 1)
        throw new StoreError('conflict', `The next upload of this device is number ${last + 1}`)
      if (upload.isReplacing)
        yield* all('DELETE FROM key_packages WHERE account = $1 AND device = $2', account, device)
      const kept = upload.isReplacing ? undefined : before
      yield* all(
        `INSERT INTO key_package_uploads (account, device, upload, last_resort, last_resort_ref) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (account, device) DO UPDATE
        SET upload = excluded.upload, last_resort = excluded.last_resort, last_resort_ref = excluded.last_resort_ref`,
        ...[account, device, upload.number],
        upload.lastResort?.bytes ?? kept?.last_resort ?? null,
        upload.lastResort?.ref ?? kept?.last_resort_ref ?? null,
      )
      for (const bytes of upload.oneTime)
        yield* all(
          'INSERT INTO key_packages (account, device, bytes) VALUES ($1, $2, $3)',
          ...[account, device, bytes],
        )
      yield* checkRoom(account, device)
      return yield* counts(account, device)
    })
  }

  /**
   * Returns how many key packages of a device are left. Rejects with `not-found` if there is no
   * such account.
   */
  async counts(did: string, device: Uint8Array): Promise<KeyPackageCounts> {
    checkDid(did)
    checkBytes('device', device, HASH_BYTES)
    return this.#database.read(function* () {
      const { number } = yield* findAccount(did)
      return yield* counts(number, device)
    })
  }

  /**
   * Takes a key package of each device of an account, in one transaction: a one-time one, which is
   * not handed out again, or else the last resort. Devices without any are listed, too. Rejects
   * with `not-found`.
   */
  async take(
    did: string,
    { taker, isWanted = () => true }: KeyPackageTaking,
  ): Promise<readonly TakenKeyPackage[]> {
    checkDid(did)
    checkBytes('taker', taker, TAKER_BYTES)
    const day = Math.floor(this.#now() / DAY_MS)
    return this.#database.write(() => takeAll(did, isWanted, taker, day))
  }

  /** Deletes the counts of earlier days, which no longer matter. */
  async forgetTakings(): Promise<void> {
    const today = Math.floor(this.#now() / DAY_MS)
    await this.#database.write(() => all('DELETE FROM key_package_takings WHERE day < $1', today))
  }
}

function* takeAll(
  did: string,
  isWanted: (device: Uint8Array) => boolean,
  taker: Uint8Array,
  day: number,
): Steps<TakenKeyPackage[]> {
  // Every change of the account's key packages holds this lock.
  const { number: account } = yield* findAccount(did, 'FOR UPDATE')
  const devices = yield* all<{ device: Uint8Array; last_resort: Uint8Array | null }>(
    `SELECT hash AS device, last_resort FROM devices
    LEFT JOIN key_package_uploads ON key_package_uploads.account = devices.account AND key_package_uploads.device = devices.hash
    WHERE devices.account = $1 ORDER BY hash`,
    account,
  )
  const taken: TakenKeyPackage[] = []
  for (const { device, last_resort } of devices) {
    if (!isWanted(device)) continue
    const bytes = (yield* mayTake(taker, device, day)) ? yield* takeOneTime(account, device) : null
    taken.push({ device, bytes: bytes ?? last_resort, isLastResort: !bytes && last_resort !== null })
  }
  return taken
}

/** Counts a taking. Returns false if the taker has reached the day's limit for this device. */
function* mayTake(taker: Uint8Array, device: Uint8Array, day: number): Steps<boolean> {
  const pair = new Uint8Array(createHash('sha256').update(taker).update(device).digest())
  const taking = yield* first<{ count: number }>(
    `INSERT INTO key_package_takings (pair, day, count) VALUES ($1, $2, 1)
    ON CONFLICT (pair) DO UPDATE SET count = key_package_takings.count + 1 RETURNING count`,
    ...[pair, day],
  )
  return taking!.count <= TAKINGS_PER_DAY
}

function* takeOneTime(account: number, device: Uint8Array): Steps<Uint8Array | null> {
  const row = yield* first<{ bytes: Uint8Array }>(
    `DELETE FROM key_packages WHERE number = (SELECT min(number) FROM key_packages WHERE account = $1 AND device = $2)
    RETURNING bytes`,
    ...[account, device],
  )
  return row?.bytes ?? null
}

function* uploadOf(account: number, device: Uint8Array): Steps<UploadRow | undefined> {
  return yield* first<UploadRow>(
    'SELECT upload, last_resort, last_resort_ref FROM key_package_uploads WHERE account = $1 AND device = $2',
    ...[account, device],
  )
}

function* counts(account: number, device: Uint8Array): Steps<KeyPackageCounts> {
  const row = yield* uploadOf(account, device)
  const { count } = yield* stored(account, device)
  return { upload: row?.upload ?? 0, oneTime: count, lastResort: row?.last_resort_ref ?? null }
}

function* stored(account: number, device: Uint8Array): Steps<{ count: number; bytes: number }> {
  const row = yield* first<{ count: number; bytes: number }>(
    `SELECT count(*) AS count, CAST(coalesce(sum(octet_length(bytes)), 0) AS INTEGER) AS bytes FROM key_packages
    WHERE account = $1 AND device = $2`,
    ...[account, device],
  )
  return row!
}

function* checkDevice(account: number, device: Uint8Array): Steps<void> {
  const known = yield* first(
    'SELECT 1 AS known FROM devices WHERE account = $1 AND hash = $2',
    account,
    device,
  )
  if (!known) throw new StoreError('refused', 'The hub does not know this device: log in with it again')
}

function* checkRoom(account: number, device: Uint8Array): Steps<void> {
  const { count, bytes } = yield* stored(account, device)
  if (count > MAX_KEY_PACKAGES || bytes > MAX_ALL_KEY_PACKAGES_BYTES)
    throw new StoreError(
      'full',
      `A device has at most ${MAX_KEY_PACKAGES} one-time key packages of ${MAX_ALL_KEY_PACKAGES_BYTES} bytes together`,
    )
}

function checkUpload({ number, oneTime, lastResort }: KeyPackageUpload): void {
  checkInteger('number', number, 1)
  checkCount('oneTime', oneTime, 0, MAX_KEY_PACKAGES)
  for (const bytes of oneTime) checkBytes('oneTime', bytes, 1, MAX_KEY_PACKAGE_BYTES)
  if (lastResort) {
    checkBytes('lastResort', lastResort.bytes, 1, MAX_KEY_PACKAGE_BYTES)
    checkBytes('lastResort', lastResort.ref, REF_BYTES)
  }
  if (new Set(oneTime.map(String)).size < oneTime.length) throw bad('oneTime', 'different key packages')
}
