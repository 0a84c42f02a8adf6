import type { NodeEvent, Person } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import type {
  Conduct,
  NetworkKey,
  PeerClaims,
  ReceivedReceipt,
  Recognition,
  RecognizedPeer,
  RefusalReason,
  SeenPeer,
} from '@shoal/torrent'
import { addressRange } from './address-range.ts'
import type { BlockedPublishers } from './blocked.ts'
import type { Contacts } from './contacts.ts'
import { aged, type Evidence, type Judgement, judge, type NetworkEvidence, NO_EVIDENCE } from './judge.ts'
import type { Due, PeopleStore, PersonRecord } from './people-store.ts'

/** Milliseconds between writes to the catalogue: a crash loses only newer changes. */
const SAVE_EVERY_MS = 10_000
/** How long a score is cached. */
const JUDGEMENT_MS = 10_000
const EVENT_EVERY_MS = 5000
/**
 * Maximum number of peers in memory between two writes; beyond it, changed ones are written
 * immediately.
 */
const MAX_CACHED = 2000
const MIB = 2 ** 20

export interface PeopleSettings {
  readonly recognizePeers: boolean
  readonly paymentAfterMiB: number | null
  readonly paymentAfterMinutes: number | null
}

export interface PeopleOptions {
  readonly store: PeopleStore
  readonly contacts: Contacts
  readonly blocked: Pick<BlockedPublishers, 'hasDid'>
  readonly key: () => NetworkKey
  readonly pseudonymSecret: () => Uint8Array
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  readonly settings: () => PeopleSettings
  readonly publish: (event: Extract<NodeEvent, { type: 'people' | 'payment-required' }>) => void
}

interface CachedPerson {
  record: PersonRecord
  isChanged: boolean
  judgement: Judgement
  judgedMs: number
}

interface CachedNetwork {
  evidence: NetworkEvidence
  judgedMs: number
  isChanged: boolean
}

/** Keeps the accounts of recognized peers, scores them, and determines due payments. */
export class People implements Recognition {
  readonly #options: PeopleOptions
  readonly #people = new Map<string, CachedPerson>()
  readonly #networks = new Map<string, CachedNetwork>()
  /** By key and torrent. Entries of 0 bytes are deleted with the next write. */
  readonly #dues = new Map<string, Due>()
  readonly #wallets = new Map<string, string>()
  readonly #refused = new Map<RefusalReason | 'bad-certificate', number>()
  #savedMs: number
  #toldMs = 0
  #isNews = false

  constructor(options: PeopleOptions) {
    this.#options = options
    this.#savedMs = options.now()
    for (const due of options.store.dues()) this.#dues.set(dueKey(due), due)
  }

  // For the engine

  get key(): NetworkKey | null {
    return this.#options.settings().recognizePeers ? this.#options.key() : null
  }

  get pseudonymSecret(): Uint8Array {
    return this.#options.pseudonymSecret()
  }

  /**
   * Peers only receive the key, except for those that the user shows the person to. There are no
   * payments yet, and therefore no wallet.
   */
  claimsFor(peer: string, key: NetworkKey): PeerClaims {
    return this.#options.contacts.claimsFor(peer, key)
  }

  isTrusted(key: string): boolean {
    return this.#judged(this.#person(key, '')).judgement.isTrusted
  }

  reputationOf(key: string): number {
    return this.#judged(this.#person(key, '')).judgement.score
  }

  onRecognized({ key, host }: RecognizedPeer, claims: PeerClaims): void {
    const { wallet } = claims
    const person = this.#person(key, host)
    person.record = { ...person.record, host, lastSeenMs: this.#options.now() }
    person.isChanged = true
    if (wallet !== undefined) {
      this.#wallets.delete(key)
      this.#wallets.set(key, wallet)
      if (this.#wallets.size > MAX_CACHED) this.#wallets.delete(this.#wallets.keys().next().value!)
    }
    if (!this.#options.contacts.received(key, claims)) this.#count('bad-certificate')
    this.#isNews = true
  }

  onRefused(host: string, reason: RefusalReason): void {
    this.#count(reason)
    // The engine itself reports connections that end for misconduct, except for wrong proofs.
    if (reason === 'not-proved') this.#charge(host, { failedPieces: 0, junk: 1 })
  }

  onConduct({ key, host, torrent }: SeenPeer, conduct: Conduct): void {
    const { downloadedBytes, uploadedBytes, failedPieces, junk } = conduct
    if (failedPieces + junk > 0) this.#charge(host, { failedPieces, junk })
    if (key === null) return
    this.#add(key, host, { ...conduct, confirmedBytes: 0 }, { downloadedBytes, uploadedBytes })
    if (downloadedBytes > 0) this.#owe(key, torrent, downloadedBytes)
  }

  /**
   * Call it when a node broke the network's rules. Keys cost nothing, so only known ones are
   * recorded; others count against their /24 or /56.
   */
  onMisconduct(key: string | null, host: string | null): void {
    if (host !== null) this.#charge(host, { failedPieces: 0, junk: 1 })
    const known = key === null ? null : (this.#people.get(key)?.record ?? this.#options.store.find(key))
    if (known) this.#add(known.key, known.host, { ...NO_EVIDENCE, junk: 1 }, {})
  }

  onReceipt({ key, host, torrent }: RecognizedPeer, receipt: ReceivedReceipt): void {
    const confirmedBytes = this.#options.store.addReceipt(key, torrent, receipt, this.#options.now())
    this.#add(key, host, { ...NO_EVIDENCE, confirmedBytes }, { confirmedBytes })
  }

  onComplete(torrent: string): void {
    for (const due of this.#dues.values()) if (due.torrent === torrent) this.#pay(due)
  }

  // For the node

  /** Call it once a second. */
  tick(): void {
    const nowMs = this.#options.now()
    const { paymentAfterMinutes } = this.#options.settings()
    if (paymentAfterMinutes !== null)
      for (const due of this.#dues.values())
        if (due.bytes > 0 && nowMs - due.sinceMs >= paymentAfterMinutes * 60_000) this.#pay(due)
    if (nowMs - this.#savedMs >= SAVE_EVERY_MS || this.#people.size > MAX_CACHED) this.save()
    if (!this.#isNews || nowMs - this.#toldMs < EVENT_EVERY_MS) return
    this.#isNews = false
    this.#toldMs = nowMs
    this.#options.publish({ type: 'people' })
  }

  /** Writes changes since the last call. */
  save(): void {
    this.#savedMs = this.#options.now()
    this.#options.contacts.expire()
    const people = [...this.#people.values()].filter(({ isChanged }) => isChanged)
    const networks = [...this.#networks].filter(([, { isChanged }]) => isChanged)
    this.#options.store.save(
      people.map(({ record }) => record),
      networks,
      this.#dues.values(),
    )
    for (const [key, due] of this.#dues) if (due.bytes === 0) this.#dues.delete(key)
    this.#people.clear()
    this.#networks.clear()
  }

  /** Contacts first, then the most recently seen. */
  list(limit: number): Person[] {
    this.save()
    return this.#options.store.recent(limit).map(record => this.#view(record))
  }

  /**
   * Names a node, or starts or stops showing the person to it. Rejects with `not-found`, `refused`
   * and `locked`.
   */
  async change(key: string, changes: { name?: string | null; showDid?: boolean }): Promise<Person> {
    this.save()
    const record = this.#options.store.find(key)
    if (!record)
      throw new Failure('not-found', 'this node has recognized no peer with this key', { field: 'key' })
    await this.#options.contacts.change(key, changes)
    this.#isNews = true
    return this.#view(record)
  }

  get refused(): Record<string, number> {
    return Object.fromEntries(this.#refused)
  }

  #view(record: PersonRecord): Person {
    const { key, host, downloadedBytes, uploadedBytes, confirmedBytes, firstSeenMs, lastSeenMs } = record
    const { score, isTrusted, reasons } = this.#judged(this.#cache(record)).judgement
    const contact = this.#options.contacts.view(key)
    return {
      ...{ key, host, downloadedBytes, uploadedBytes, confirmedBytes, firstSeenMs, lastSeenMs },
      ...{ score, isTrusted, reasons: [...reasons], ...contact },
      blocked: contact.did !== null && this.#options.blocked.hasDid(contact.did),
    }
  }

  #count(reason: RefusalReason | 'bad-certificate'): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1)
    this.#isNews = true
  }

  #person(key: string, host: string): CachedPerson {
    const cached = this.#people.get(key)
    if (cached) return cached
    const nowMs = this.#options.now()
    return this.#cache(
      this.#options.store.find(key) ?? {
        ...{ key, host, downloadedBytes: 0, uploadedBytes: 0, confirmedBytes: 0 },
        ...{ firstSeenMs: nowMs, lastSeenMs: nowMs, evidence: NO_EVIDENCE, judgedMs: nowMs },
      },
    )
  }

  #cache(record: PersonRecord): CachedPerson {
    const person = {
      record,
      isChanged: false,
      judgement: judge(NO_EVIDENCE),
      judgedMs: Number.NEGATIVE_INFINITY,
    }
    this.#people.set(record.key, person)
    return person
  }

  #judged(person: CachedPerson): CachedPerson {
    const nowMs = this.#options.now()
    if (nowMs - person.judgedMs < JUDGEMENT_MS) return person
    const { evidence, judgedMs, host } = person.record
    const range = addressRange(host)
    const network = range === null ? NO_EVIDENCE : this.#network(range).evidence
    person.judgement = judge(aged(evidence, nowMs - judgedMs), network)
    person.judgedMs = nowMs
    return person
  }

  #add(
    key: string,
    host: string,
    news: Evidence,
    totals: Partial<Pick<PersonRecord, 'downloadedBytes' | 'uploadedBytes' | 'confirmedBytes'>>,
  ): void {
    const nowMs = this.#options.now()
    const person = this.#person(key, host)
    const { record } = person
    const old = aged(record.evidence, nowMs - record.judgedMs)
    const names = Object.keys(NO_EVIDENCE) as (keyof Evidence)[]
    const evidence = Object.fromEntries(
      names.map(name => [name, old[name] + news[name]]),
    ) as unknown as Evidence
    const { downloadedBytes = 0, uploadedBytes = 0, confirmedBytes = 0 } = totals
    person.record = {
      ...record,
      host,
      downloadedBytes: record.downloadedBytes + downloadedBytes,
      uploadedBytes: record.uploadedBytes + uploadedBytes,
      confirmedBytes: record.confirmedBytes + confirmedBytes,
      lastSeenMs: nowMs,
      evidence,
      judgedMs: nowMs,
    }
    person.isChanged = true
    if (news.failedPieces + news.junk + news.promisesBroken > 0) person.judgedMs = Number.NEGATIVE_INFINITY
    this.#isNews ||= downloadedBytes + uploadedBytes + confirmedBytes > 0
  }

  #network(range: string): CachedNetwork {
    const nowMs = this.#options.now()
    const cached = this.#networks.get(range) ?? {
      evidence: this.#options.store.network(range, nowMs),
      judgedMs: nowMs,
      isChanged: false,
    }
    this.#networks.set(range, cached)
    return cached
  }

  /** Charges misconduct to an address range, so that a new key does not reset it. */
  #charge(host: string, news: NetworkEvidence): void {
    const range = addressRange(host)
    if (range === null) return
    const network = this.#network(range)
    const nowMs = this.#options.now()
    const { failedPieces, junk } = aged(network.evidence, nowMs - network.judgedMs)
    network.evidence = { failedPieces: failedPieces + news.failedPieces, junk: junk + news.junk }
    network.judgedMs = nowMs
    network.isChanged = true
  }

  #owe(key: string, torrent: string, bytes: number): void {
    const { paymentAfterMiB } = this.#options.settings()
    if (paymentAfterMiB === null) return
    const id = dueKey({ key, torrent })
    const old = this.#dues.get(id)
    const sinceMs = old && old.bytes > 0 ? old.sinceMs : this.#options.now()
    const wallet = this.#wallets.get(key) ?? old?.wallet ?? null
    const due = { key, torrent, bytes: (old?.bytes ?? 0) + bytes, wallet, sinceMs }
    this.#dues.set(id, due)
    if (due.bytes >= paymentAfterMiB * MIB) this.#pay(due)
  }

  #pay(due: Due): void {
    if (due.bytes === 0) return
    this.#dues.set(dueKey(due), { ...due, bytes: 0 })
    // Payments have been turned off since.
    if (this.#options.settings().paymentAfterMiB === null) return
    const { key: peer, wallet, bytes, torrent } = due
    this.#options.publish({ type: 'payment-required', peer, wallet, bytes, torrent })
  }
}

function dueKey({ key, torrent }: Pick<Due, 'key' | 'torrent'>): string {
  return `${key} ${torrent}`
}
