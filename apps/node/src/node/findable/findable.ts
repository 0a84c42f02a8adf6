/**
 * Torrents that others can find by search: signs their descriptions, and keeps them published at
 * the network's index nodes.
 */
import type { CheckedInputOf, FindableTorrent } from '@shoal/api'
import { describeFailure, Failure } from '@shoal/daemon/failure'
import type { KeyPair } from '@shoal/identity'
import { decodeEntry, MAX_ENTRY_LIFE_SECONDS, signEntry, signWithdrawal } from '@shoal/network'
import type { Host } from '@shoal/network/host'
import { type Clock, delay, torrentCid } from '@shoal/torrent'
import type { Network } from '../network/service.ts'
import type { ManagedTorrent, Torrents } from '../torrents/service.ts'
import { describeTorrent, isSameDescription } from './describe-torrent.ts'
import type { FindableRecord, FindableStore } from './findable-store.ts'
import type { PublisherKey } from './publisher-key.ts'

/** Milliseconds between checks for changes. */
const LOOK_MS = 15_000
/** Milliseconds between checks for a first node to publish at. */
const ALONE_MS = 1000
const MAX_FINDABLE = 5000

export interface FindableOptions {
  readonly clock: Clock
  readonly store: FindableStore
  readonly key: PublisherKey
  readonly torrents: Pick<Torrents, 'registry' | 'view'>
  readonly network: Pick<Network, 'host' | 'mustRun'>
  /**
   * How long an entry is valid; it is signed again after half of that. Default: the network's
   * maximum.
   */
  readonly lifeSeconds?: number
  /** Returns the reason why this node can never publish, or null. */
  forbidden(): string | null
  onChanged(): void
  log(message: string): void
}

export type Description = Omit<CheckedInputOf<'makeFindable'>, 'id'>

export class Findable {
  readonly #options: FindableOptions
  readonly #abort = new AbortController()
  /** Signed entries that a host publishes, by torrent. */
  #published: { readonly host: Host; readonly entries: Map<string, Uint8Array> } | null = null
  #loop: Promise<void> = Promise.resolve()
  /** Serializes changes of records. */
  #changes: Promise<unknown> = Promise.resolve()
  #publishing: Promise<void> | null = null

  constructor(options: FindableOptions) {
    this.#options = options
  }

  start(): void {
    this.#loop = this.#run().catch(() => {})
  }

  async close(): Promise<void> {
    this.#abort.abort(new Error('The node is stopping'))
    await this.#loop
    await this.#changes
    await this.#publishing
  }

  /** Withdraws everything, as far as nodes can be reached. */
  async hideAll(): Promise<void> {
    for (const { torrent } of this.#options.store.list()) await this.hide(torrent)
    await this.#changes
    // A publication that is already running does not include the withdrawals.
    await this.#publishing
    await this.#look()
    await this.#publishing
  }

  list(): FindableTorrent[] {
    return this.#options.store.list().flatMap(record => {
      const torrent = this.#listed(record.torrent)
      return torrent ? [this.#view(torrent, record)] : []
    })
  }

  /** Rejects like `make` if publishing is impossible. */
  async check(): Promise<void> {
    const { forbidden, key } = this.#options
    const reason = forbidden()
    if (reason !== null) throw new Failure('refused', reason)
    await key.open()
  }

  /**
   * Publishes a torrent, or changes its description; omitted members are kept. Rejects with
   * `refused` if it must not be published, `no-metadata`, `locked`, and `too-large` or
   * `bad-argument` for a description that is too long.
   */
  make(torrent: ManagedTorrent, { title, tags, license, language }: Description): Promise<FindableTorrent> {
    return this.#inTurn(async () => {
      const { store } = this.#options
      await this.check()
      const reason = refusal(torrent)
      if (reason !== null) throw new Failure('refused', reason, { field: 'id' })
      if (!torrent.api.metainfo)
        throw new Failure('no-metadata', `${torrent.name} cannot be published until its metadata is known`)
      const old = store.get(torrent.id)
      if (!old && store.size >= MAX_FINDABLE)
        throw new Failure('refused', `${MAX_FINDABLE} torrents can be found by search: withdraw some first`)
      const record: FindableRecord = {
        ...{ torrent: torrent.id, published: this.#unixSeconds(), sequence: 0, entry: null, ...old },
        title: title ?? old?.title ?? null,
        tags: tags ?? old?.tags ?? null,
        license: license ?? old?.license ?? null,
        language: language ?? old?.language ?? null,
      }
      const signed = await this.#signed(torrent, record)
      store.put(signed)
      return this.#view(torrent, signed)
    })
  }

  /**
   * Withdraws a torrent from search. Rejects with `not-found` if it is not published, and with
   * `locked`.
   */
  hide(id: string): Promise<void> {
    return this.#inTurn(async () => {
      const { store, torrents, key } = this.#options
      const record = store.get(torrents.registry.find(id)?.id ?? id)
      if (!record) throw new Failure('not-found', 'this torrent cannot be found by search', { field: 'id' })
      if (record.entry) await key.open()
      await this.#withdraw(record, false)
    })
  }

  /**
   * Signs all entries with another key. Entries of the old key are withdrawn, or expire if the old
   * key is locked.
   */
  useKey(pair: KeyPair): Promise<void> {
    return this.#inTurn(async () => {
      const { store, key } = this.#options
      if (key.did === pair.did) {
        await key.set(pair)
        return
      }
      for (const record of store.list()) await this.#withdraw(record, true)
      await key.set(pair)
    })
  }

  /** Makes a change, then checks what has to be signed and published. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const changed = this.#changes.then(change)
    this.#changes = changed
      .then(() => this.#options.onChanged())
      .catch(() => {})
      .then(() => this.#look())
    return changed
  }

  async #run(): Promise<void> {
    for (;;) {
      this.#changes = this.#changes.then(() => this.#look())
      await this.#rest()
    }
  }

  /** Waits for the next check, or until a first node is known. */
  async #rest(): Promise<void> {
    const { clock, network } = this.#options
    const isAlone = () => !network.host || network.host.kad.tableSize === 0
    const wasAlone = isAlone()
    for (let ms = 0; ms < LOOK_MS && !(wasAlone && !isAlone()); ms += ALONE_MS)
      await delay(clock, ALONE_MS, this.#abort.signal)
  }

  async #look(): Promise<void> {
    const { log, network } = this.#options
    if (this.#abort.signal.aborted) return
    try {
      await this.#update()
    } catch (error) {
      log(`search entries cannot be renewed: ${describeFailure(error).message}`)
    }
    const { host } = network
    if (this.#publishing || !host || host.kad.tableSize === 0) return
    this.#publishing = this.#publish(host)
      .catch(() => {})
      .finally(() => {
        this.#publishing = null
      })
  }

  /** Signs entries that are new, changed or about to expire, and withdraws those that ended. */
  async #update(): Promise<void> {
    const { store, torrents, key, log, forbidden, onChanged } = this.#options
    if (forbidden() !== null) return
    for (const record of store.list()) {
      const torrent = this.#listed(record.torrent)
      // A removed torrent is published again when it is restored.
      const isForgotten = torrents.registry.find(record.torrent) === null
      if (!torrent || refusal(torrent) !== null) await this.#withdraw(record, !isForgotten)
      else if (torrent.api.metainfo)
        try {
          const signed = await this.#signed(torrent, record)
          if (signed === record) continue
          store.put(signed)
          onChanged()
        } catch (error) {
          // The list already reports a locked key. Its entries stay published until they expire.
          if (key.problem === null)
            log(`${torrent.name} cannot be found by search: ${describeFailure(error).message}`)
        }
    }
  }

  /** Returns the record unchanged if its entry is up to date, otherwise with a new entry. */
  async #signed(torrent: ManagedTorrent, record: FindableRecord): Promise<FindableRecord> {
    const { key, torrents, lifeSeconds = MAX_ENTRY_LIFE_SECONDS } = this.#options
    const description = describeTorrent(torrents.view(torrent), torrent.api, record)
    const nowSeconds = this.#unixSeconds()
    if (record.entry) {
      const { entry } = decodeEntry(record.entry)
      const isLasting = entry.expires > nowSeconds + lifeSeconds / 2
      if (isLasting && key.isOwn(entry.publisher) && isSameDescription(entry, description)) return record
    }
    const sequence = Math.max(record.sequence + 1, nowSeconds)
    const expires = nowSeconds + lifeSeconds
    const entry = { ...description, published: record.published, thumbnail: null, sequence, expires }
    return { ...record, sequence, entry: signEntry(entry, await key.open()).bytes }
  }

  /** Withdraws the entry of a record, if any, and keeps or deletes the rest. */
  async #withdraw(record: FindableRecord, keep: boolean): Promise<void> {
    const { store, key, log } = this.#options
    if (record.entry === null && keep) return
    const sequence = Math.max(record.sequence + 1, this.#unixSeconds())
    let withdrawal: Uint8Array | null = null
    if (record.entry)
      try {
        const { entry } = decodeEntry(record.entry)
        const pair = await key.open()
        if (key.isOwn(entry.publisher)) withdrawal = signWithdrawal(entry, pair, sequence).bytes
      } catch (error) {
        log(`an entry stays in the network until it expires: ${describeFailure(error).message}`)
      }
    store.withdraw(
      record.torrent,
      keep ? { ...record, sequence, entry: null } : null,
      withdrawal && { entry: record.entry!, withdrawal },
    )
  }

  /** Sends withdrawals, and entries that a host does not publish yet. */
  async #publish(host: Host): Promise<void> {
    const { store } = this.#options
    if (this.#published?.host !== host) this.#published = { host, entries: new Map() }
    const { entries } = this.#published
    const { publisher } = host.index
    for (const { id, entry, withdrawal } of store.withdrawals()) {
      const published = decodeEntry(entry)
      for (const [torrent, bytes] of entries)
        if (Buffer.compare(decodeEntry(bytes).id, published.id) === 0) entries.delete(torrent)
      if (published.entry.expires > this.#unixSeconds()) {
        await publisher.retract(published, decodeEntry(withdrawal))
        // If all nodes have left, it is retried.
        if (this.#abort.signal.aborted || host.kad.tableSize === 0) return
      }
      store.forgetWithdrawal(id)
    }
    for (const { torrent, entry } of store.list()) {
      const known = entries.get(torrent)
      if (!entry || (known && Buffer.compare(known, entry) === 0)) continue
      publisher.publish(decodeEntry(entry))
      entries.set(torrent, entry)
    }
  }

  #listed(id: string): ManagedTorrent | null {
    const { registry } = this.#options.torrents
    const torrent = registry.find(id)
    return torrent && registry.isListed(torrent) ? torrent : null
  }

  #view(torrent: ManagedTorrent, record: FindableRecord): FindableTorrent {
    const { torrents, network } = this.#options
    const { title, tags, license, language } = describeTorrent(torrents.view(torrent), torrent.api, record)
    const signed = record.entry && decodeEntry(record.entry)
    const announced = (signed && network.host?.index.publisher.handedOver(signed.id)) ?? null
    return {
      ...{ id: torrent.id, name: torrent.name, cid: torrentCid(torrent.api.infoHashes) },
      ...{ title, tags: [...tags], license, language, publishedMs: record.published * 1000 },
      expiresMs: signed ? signed.entry.expires * 1000 : null,
      ...{ announcedMs: announced?.atMs ?? null, nodes: announced?.nodes ?? 0, problem: this.#problem() },
    }
  }

  #problem(): string | null {
    const { key, forbidden, network } = this.#options
    const problem = forbidden() ?? key.problem
    if (problem !== null) return problem
    try {
      void network.mustRun
      return null
    } catch (error) {
      return describeFailure(error).message
    }
  }

  #unixSeconds(): number {
    return Math.floor(this.#options.clock.unixMs() / 1000)
  }
}

/** Returns why a torrent can never be published, or null. */
function refusal({ name, sealed, api }: ManagedTorrent): string | null {
  return sealed || api.metainfo?.info.private
    ? `${name} is private or sealed, and never published for search`
    : null
}
