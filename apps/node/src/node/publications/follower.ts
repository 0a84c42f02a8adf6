import { join } from 'node:path'
import type { CheckedInputOf, Followed, NodeOperations } from '@shoal/api'
import { whyOf } from '@shoal/api/reasons'
import { Failure } from '@shoal/daemon/failure'
import { parseMutableMagnet } from '@shoal/torrent'
import { safeFileName } from '../../base/files/file-name.ts'
import { canonicalLink, type Version, versionIn } from '../../base/version-item.ts'
import { type FollowedRecord, foundRow } from './publication-store.ts'
import type { PublicationDeps } from './publisher.ts'
import type { Leftover } from './replaced-files.ts'
import { Rounds } from './rounds.ts'

const MAX_FOLLOWED = 200
/** Error codes that say nothing about the link: the DHT is off or not ready yet. */
const NOT_ASKED = ['unreachable', 'unsupported', 'timeout']

export interface FollowerDeps extends PublicationDeps {
  readonly operations: Pick<NodeOperations, 'addTorrent'>
  /** Resolves with the folder if the node is allowed to use it. Rejects with `forbidden-path`. */
  allow(directory: string): Promise<string>
  /** Returns the download folder for a label, or without one. */
  directoryOf(label: string | null): string
  /** Removes the torrent of an earlier version, and returns its own files, which are kept. */
  replace(torrent: string): Promise<readonly Leftover[]>
  /** Called when the torrent of a version was added and recorded. It can already be complete. */
  onAdded(torrent: string): void
}

/** Looks up followed links regularly, and adds their new versions (BEP 46, "Consuming content"). */
export class Follower {
  readonly rounds: Rounds<FollowedRecord>
  readonly #deps: FollowerDeps

  constructor(deps: FollowerDeps) {
    this.#deps = deps
    this.rounds = new Rounds({
      ...deps,
      table: this.#table,
      turnsOf: ({ everyMinutes, checkedMs: lastMs }) => ({ everyMs: everyMinutes * 60_000, lastMs }),
      run: (record, signal) => this.#check(record, signal),
      failed: async ({ id, name }, { code, message }) => {
        this.#table.update(id, { error: message })
        deps.log.debug(`the link ${name} could not be read: ${message}`)
        return NOT_ASKED.includes(code)
      },
    })
  }

  list(): Followed[] {
    return this.#table.select('ORDER BY id').map(followedView)
  }

  async follow(input: CheckedInputOf<'follow'>): Promise<Followed> {
    const { everyMinutes, keep, label } = input
    const link = canonicalLink(input.link)
    const known = this.#table.select('WHERE link = ?', link)[0]
    if (known) return followedView(known)
    const directory = input.directory === null ? null : await this.#deps.allow(input.directory)
    if (this.#table.count('') >= MAX_FOLLOWED)
      throw new Failure('bad-request', `a node follows at most ${MAX_FOLLOWED} links: remove some first`)
    // The start of the key, until the user chooses a name.
    const name = input.name ?? Buffer.from(parseMutableMagnet(link).publicKey.subarray(0, 4)).toString('hex')
    const id = this.#table.insert({ link, name, everyMinutes, keep, label, directory })
    await this.rounds.now(id)
    return followedView(this.#table.get(id)!)
  }

  update({ id, name, everyMinutes, keep }: CheckedInputOf<'updateFollowed'>): Followed {
    const found = foundRow(this.#table, id)
    this.#table.update(found.id, {
      ...(name !== undefined && { name }),
      ...(everyMinutes && { everyMinutes }),
      ...(keep && { keep }),
    })
    this.#deps.onChanged()
    return followedView(this.#table.get(found.id)!)
  }

  async check(id: string): Promise<Followed> {
    const found = foundRow(this.#table, id)
    await this.rounds.now(found.id)
    return followedView(foundRow(this.#table, id))
  }

  remove(id: string): Record<string, never> {
    this.#table.delete('WHERE id = ?', foundRow(this.#table, id).id)
    this.#deps.onChanged()
    return {}
  }

  get #table() {
    return this.#deps.store.followed
  }

  async #check(record: FollowedRecord, signal: AbortSignal): Promise<void> {
    const { dht, clock } = this.#deps
    const { id, link } = record
    const item = await dht.getItem(parseMutableMagnet(link), { signal })
    this.#table.update(id, { checkedMs: clock.unixMs() })
    if (!item) throw new Failure('not-found', 'the DHT has no version of this link at the moment')
    const version = versionIn(item)
    if (!version) throw new Failure('bad-message', 'the latest version of this link names no torrent')
    if (isLater(version, record)) await this.#take(record, version, signal)
    this.#table.update(id, { error: null })
    // BEP 46: consumers keep the item alive, too. A failure does not matter.
    await dht.putItem(item, { signal }).catch(() => 0)
  }

  /** Adds the torrent of a new version. The version only counts as seen afterwards. */
  async #take(record: FollowedRecord, { infoHash, version }: Version, signal: AbortSignal): Promise<void> {
    const { operations, clock, log, store } = this.#deps
    const changes = { version, infoHash, changedMs: clock.unixMs() }
    if (record.infoHash === infoHash) {
      store.followed.update(record.id, changes)
      return
    }
    const replaced = record.keep === 'latest' && record.torrent !== null
    if (replaced) {
      const leftovers = await this.#deps.replace(record.torrent!)
      // Before the torrent is added: its leftovers must be known even after a crash.
      store.followed.update(record.id, { leftovers: [...record.leftovers, ...leftovers], torrent: null })
    }
    const { torrent } = await operations.addTorrent(
      {
        source: `magnet:?xt=urn:btih:${infoHash}&dn=${encodeURIComponent(record.name)}`,
        directory: this.#directory(record, version),
        ...(record.label !== null && { label: record.label }),
      },
      { signal },
    )
    store.followed.update(record.id, { ...changes, torrent: torrent?.id ?? null })
    if (torrent) this.#deps.onAdded(torrent.id)
    log.info(`version ${version} of the link ${record.name} was added`)
  }

  /**
   * Versions that are kept need separate folders: they can have different files with the same
   * names.
   */
  #directory({ name, directory, label, keep }: FollowedRecord, version: string): string {
    const folder = directory ?? join(this.#deps.directoryOf(label), safeFileName(name, 'windows'))
    return keep === 'all' ? join(folder, version) : folder
  }
}

/** An owner's sequence numbers only grow: a lower one is a replay. */
function isLater({ version }: Version, { version: known }: FollowedRecord): boolean {
  return known === null || BigInt(version) > BigInt(known)
}

function followedView({ leftovers: _, infoHash: __, id, ...rest }: FollowedRecord): Followed {
  return { id: String(id), ...rest, ...whyOf(rest.error) }
}
