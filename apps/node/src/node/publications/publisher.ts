import type { CheckedInputOf, Publication } from '@shoal/api'
import { whyOf } from '@shoal/api/reasons'
import { describeFailure, Failure } from '@shoal/daemon/failure'
import { formatDidKey, verify } from '@shoal/identity'
import {
  type Clock,
  type MutableItem,
  parseMutableMagnet,
  type Session,
  signedItemBytes,
} from '@shoal/torrent'
import { canonicalLink, itemOf, type Version, versionIn } from '../../base/version-item.ts'
import type { Log } from '../kernel/log/log.ts'
import { foundRow, type PublicationRecord, type PublicationStore } from './publication-store.ts'
import { Rounds } from './rounds.ts'

/** BEP 44, "Expiration": items are put again once an hour. */
const EVERY_MS = 60 * 60_000
const MAX_PUBLICATIONS = 200
/** BEP 44: the greatest sequence number. */
const MAX_VERSION = 2n ** 63n - 1n

export type Dht = Pick<Session, 'getItem' | 'putItem'>

export interface PublicationDeps {
  readonly clock: Clock
  readonly log: Log
  readonly store: PublicationStore
  readonly dht: Dht
  random(): number
  /** Called when a published or followed link has changed. */
  onChanged(): void
}

/**
 * Keeps the current versions of published links in the DHT. Secret keys stay with their owner, who
 * signs each version once.
 */
export class Publisher {
  readonly rounds: Rounds<PublicationRecord>
  readonly #deps: PublicationDeps

  constructor(deps: PublicationDeps) {
    this.#deps = deps
    this.rounds = new Rounds({
      ...deps,
      table: this.#table,
      turnsOf: ({ publishedMs: lastMs }) => ({ everyMs: EVERY_MS, lastMs }),
      run: (record, signal) => this.#put(record, signal),
      failed: async (record, { code, message }) => {
        if (code === 'refused' && (await this.#takeOver(record))) return true
        this.#table.update(record.id, { error: message })
        deps.log.debug(`the link ${record.name} could not be published: ${message}`)
        return true
      },
    })
  }

  list(): Publication[] {
    return this.#table.select('ORDER BY id').map(publicationView)
  }

  async publish(input: CheckedInputOf<'publish'>): Promise<Publication> {
    const { name, infoHash, version, signature } = input
    const link = canonicalLink(input.link)
    if (BigInt(version) > MAX_VERSION)
      throw new Failure('bad-request', 'a version is at most 2^63 - 1', { field: 'version' })
    const item = itemOf(link, { infoHash, version }, signature)
    if (!isSigned(item))
      throw new Failure(
        'bad-request',
        'this signature is not one of the owner of the link for this version',
        {
          field: 'signature',
        },
      )
    const known = this.#table.select('WHERE link = ?', link)[0]
    if (known && !isNewer({ infoHash, version }, known))
      throw new Failure('conflict', `version ${known.version} of this link is newer: publish a greater one`)
    if (!known && this.#table.count('') >= MAX_PUBLICATIONS)
      throw new Failure(
        'bad-request',
        `a node publishes at most ${MAX_PUBLICATIONS} links: remove some first`,
      )
    const changes = { name, infoHash, version, signature }
    if (known) this.#table.update(known.id, changes)
    const id = known?.id ?? this.#table.insert({ ...changes, link })
    await this.rounds.now(id)
    const published = this.#table.get(id)
    if (!published || published.version !== version || published.infoHash !== infoHash)
      throw new Failure(
        'conflict',
        'a newer version of this link was published elsewhere: publish a greater one',
      )
    return publicationView(published)
  }

  /**
   * Rejects with `no-answer` if the DHT cannot be queried and this node does not publish the link.
   */
  async find({ link: given }: CheckedInputOf<'findPublished'>, signal?: AbortSignal) {
    const link = canonicalLink(given)
    const own = this.#table.select('WHERE link = ?', link)[0]
    const item = await this.#deps.dht
      .getItem(parseMutableMagnet(link), signal ? { signal } : {})
      .catch(error => {
        signal?.throwIfAborted()
        if (own) return null
        throw new Failure('no-answer', describeFailure(error).message, { cause: error })
      })
    const found = item && versionIn(item)
    const latest = found && (!own || BigInt(found.version) > BigInt(own.version)) ? found : own
    return { version: latest?.version ?? null, infoHash: latest?.infoHash ?? null }
  }

  remove(id: string): Record<string, never> {
    this.#table.delete('WHERE id = ?', foundRow(this.#table, id).id)
    this.#deps.onChanged()
    return {}
  }

  get #table() {
    return this.#deps.store.publications
  }

  /** Puts the current version into the DHT. */
  async #put(record: PublicationRecord, signal: AbortSignal): Promise<void> {
    const { dht, clock } = this.#deps
    const nodes = await dht.putItem(itemOf(record.link, record, record.signature), { signal })
    this.#table.update(record.id, { publishedMs: clock.unixMs(), nodes, error: null })
  }

  /** The owner published a newer version on another node: this node keeps that one from now on. */
  async #takeOver(record: PublicationRecord): Promise<boolean> {
    const { dht, log } = this.#deps
    const item = await dht.getItem(parseMutableMagnet(record.link)).catch(() => null)
    const version = item && versionIn(item)
    if (!item || !version || BigInt(version.version) <= BigInt(record.version)) return false
    const signature = Buffer.from((item as MutableItem).signature).toString('hex')
    this.#table.update(record.id, { ...version, signature, error: null })
    log.info(`a newer version of the link ${record.name} was published elsewhere`)
    return true
  }
}

function isSigned(item: MutableItem): boolean {
  return verify(formatDidKey(item.publicKey), signedItemBytes(item), item.signature)
}

/** Repeating the current version is allowed. */
function isNewer(version: Version, current: Version): boolean {
  if (version.version === current.version) return version.infoHash === current.infoHash
  return BigInt(version.version) > BigInt(current.version)
}

function publicationView({ signature: _, id, ...rest }: PublicationRecord): Publication {
  return { id: String(id), ...rest, ...whyOf(rest.error) }
}
