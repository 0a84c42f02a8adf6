/** Decides who may announce which torrents, and how often. */
import { SCOPE, scopeOf } from '../base/scope.ts'
import { type Announce, FAMILY, type Family } from '../store.ts'
import { AddressSet } from './address-set.ts'
import { HashList } from './hash-list.ts'
import { RateTable } from './rate-table.ts'

/** Access lists, which may change while the tracker runs. */
export interface TrackerLists {
  /** Serve only these info hashes, of 40 or 64 hex digits. Default: all. */
  readonly allowedHashes?: readonly string[]
  /**
   * Private mode: serve only announces to `/<passkey>/announce`. A passkey has 8 to 64 letters and
   * digits. Default: public.
   */
  readonly passkeys?: readonly string[]
  /** Addresses and networks that are not served. */
  readonly bannedAddresses?: readonly string[]
}

/** The accounts to which passkeys belong. */
export interface PasskeyAccounts {
  /** Returns the account of a passkey, null if it has none, or undefined if a lookup is needed. */
  find(passkey: string): string | null | undefined
  /**
   * Resolves when `find` knows the passkey, or when a lookup is not possible now. Never rejects.
   */
  lookUp(passkey: string): Promise<void>
  /** Counts the transfers that an announce of this account reports. Must not keep the Announce. */
  count(account: string, announce: Announce): void
}

export interface AccessOptions extends TrackerLists {
  /** Private mode even without a list of passkeys. Default false. */
  readonly isPrivate?: boolean
  /**
   * Addresses and networks that may announce addresses other than their own (`ip=`), in addition
   * to this machine.
   */
  readonly trustedAddresses?: readonly string[]
  /**
   * Announces and scrapes per address, on average over ten seconds; 0 for no limit. Does not apply
   * to this machine. Default 100.
   */
  readonly announcesPerSecond?: number
  /**
   * Open connections per address, counted separately for HTTP and WebSocket; 0 for no limit. Does
   * not apply to this machine. Default 100.
   */
  readonly connectionsPerAddress?: number
  /**
   * Web peers per address; 0 for no limit. Does not apply to this machine. The store limits other
   * peers. Default 50,000.
   */
  readonly webPeersPerAddress?: number
  /**
   * This machine may announce other addresses and has no limits. Set it to false if proxies or
   * browsers run on it. Default true.
   */
  readonly isMachineTrusted?: boolean
  /** A monotonic clock in milliseconds. */
  readonly nowMs: () => number
}

/** Maximum number of wrong passkeys from an address in this time. */
const [MAX_GUESSES, GUESSES_MS] = [10, 600_000] as const
/** Maximum number of addresses remembered for valid passkeys. */
const MAX_KNOWN = 100_000

export class AccessRules {
  readonly connectionsPerAddress: number
  readonly webPeersPerAddress: number
  readonly isMachineTrusted: boolean
  #accounts: PasskeyAccounts | null = null
  readonly #nowMs: () => number
  readonly #isAlwaysPrivate: boolean
  readonly #trusted: AddressSet
  readonly #rates: RateTable | null
  readonly #guesses = new RateTable((MAX_GUESSES * 1000) / GUESSES_MS, GUESSES_MS)
  /**
   * Addresses that used valid passkeys, so that another client at an address does not lock its
   * members out by guessing.
   */
  readonly #known = new Set<string>()
  /** Called for each wrong passkey that counts. */
  onWrongPasskey: (family: Family, address: Int32Array) => void = () => {}
  #hashes: HashList | null = null
  #passkeys: ReadonlySet<string> | null = null
  #banned = new AddressSet([])

  /** Throws TypeError for invalid lists. */
  constructor(options: AccessOptions) {
    const { announcesPerSecond = 100, trustedAddresses = [] } = options
    this.connectionsPerAddress = options.connectionsPerAddress ?? 100
    this.webPeersPerAddress = options.webPeersPerAddress ?? 50_000
    this.isMachineTrusted = options.isMachineTrusted ?? true
    this.#nowMs = options.nowMs
    this.#isAlwaysPrivate = options.isPrivate ?? false
    this.#trusted = new AddressSet(trustedAddresses)
    this.#rates = announcesPerSecond > 0 ? new RateTable(announcesPerSecond) : null
    this.setLists(options)
  }

  /** Counts a wrong passkey of an address, for example one that another process received. */
  countWrongPasskey(family: Family, address: Int32Array): void {
    this.#guesses.admits(family, address, this.#nowMs())
  }

  /**
   * Replaces the given lists from the next request on. Throws TypeError and changes nothing if one
   * of them is invalid.
   */
  setLists({ passkeys, allowedHashes, bannedAddresses }: TrackerLists): void {
    if (passkeys?.some(key => !isPasskey(key)))
      throw new TypeError('A passkey must have 8 to 64 letters and digits')
    const hashes = allowedHashes && new HashList(allowedHashes)
    const banned = bannedAddresses && new AddressSet(bannedAddresses)
    this.#hashes = hashes ?? this.#hashes
    this.#banned = banned ?? this.#banned
    this.#passkeys = passkeys ? new Set(passkeys) : this.#passkeys
  }

  /**
   * Serves passkeys of these accounts in addition to the list. From now on, an announce with a
   * passkey unknown to both is refused.
   */
  setAccounts(accounts: PasskeyAccounts): void {
    this.#accounts = accounts
  }

  get accounts(): PasskeyAccounts | null {
    return this.#accounts
  }

  get isPrivate(): boolean {
    return this.#isAlwaysPrivate || this.#passkeys !== null
  }

  /** False if passkeys are ignored: all clients are served. */
  get readsPasskeys(): boolean {
    return this.isPrivate || this.accounts !== null
  }

  /** Returns true if requests from the address must not be answered. */
  isBanned(family: Family, address: Int32Array): boolean {
    return this.#banned.has(family, address)
  }

  /**
   * Returns true if the address may announce other addresses. `isDirect`: false if it may be a
   * proxy's, which anyone may use.
   */
  isTrusted(family: Family, address: Int32Array, isDirect = true): boolean {
    return (isDirect && this.#isTrustedMachine(family, address)) || this.#trusted.has(family, address)
  }

  /**
   * Returns false if announces with this passkey are not served; null for none. A passkey that
   * must be looked up passes until that is done.
   */
  admitsPasskey(passkey: string | null): boolean {
    if (!this.readsPasskeys) return true
    return passkey === null ? !this.isPrivate : this.#isRight(passkey) !== false
  }

  /**
   * Checks the passkey of a request. Returns why it is refused, or null. An address that sent too
   * many wrong ones must wait: until then, only passkeys that it used before are accepted.
   * `unknown`: its account must be looked up first. `isDirect`: as in `isTrusted`.
   */
  passkeyRefusal(
    passkey: string | null,
    family: Family,
    address: Int32Array,
    isDirect = true,
  ): 'passkey' | 'guesses' | 'unknown' | null {
    if (!this.readsPasskeys) return null
    if (passkey === null) return this.isPrivate ? 'passkey' : null
    const isRight = this.#isRight(passkey)
    // An IPv6 /64 counts as one address, as in RateTable.
    const known = `${address[0]} ${family === FAMILY.ipv6 ? address[1] : ''} ${passkey}`
    if (
      !(isDirect && this.#isTrustedMachine(family, address)) &&
      !(isRight !== false && this.#known.has(known))
    ) {
      if (this.#guesses.isSpent(family, address, this.#nowMs())) return 'guesses'
      if (isRight) this.#remember(known)
      else if (isRight === false) {
        this.countWrongPasskey(family, address)
        this.onWrongPasskey(family, address)
      }
    }
    if (isRight === undefined) return 'unknown'
    return isRight ? null : 'passkey'
  }

  /** Returns undefined if the account must be looked up. */
  #isRight(passkey: string): boolean | undefined {
    if (this.#passkeys?.has(passkey)) return true
    const account = this.accounts === null ? null : this.accounts.find(passkey)
    return account === undefined ? undefined : account !== null
  }

  #remember(known: string): void {
    this.#known.add(known)
    if (this.#known.size > MAX_KNOWN) this.#known.delete(this.#known.values().next().value!)
  }

  /**
   * Counts a request of the address and returns true if it may be answered. `isDirect`: as in
   * `isTrusted`.
   */
  admitsRate(family: Family, address: Int32Array, isDirect = true): boolean {
    if (this.#rates === null || (isDirect && this.#isTrustedMachine(family, address))) return true
    return this.#rates.admits(family, address, this.#nowMs())
  }

  /** Returns true if the torrent is served. */
  admitsHash(hash: Announce['hash']): boolean {
    return this.#hashes === null || this.#hashes.has(hash)
  }

  #isTrustedMachine(family: Family, address: Int32Array): boolean {
    return this.isMachineTrusted && scopeOf(family, address) === SCOPE.machine
  }
}

export function isPasskey(text: string): boolean {
  return /^[A-Za-z0-9]{8,64}$/.test(text)
}
