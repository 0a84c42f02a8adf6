/**
 * `--findable` of single commands: others can find what they share, by search and by content ID, as
 * long as they run.
 */
import { type Session, type SessionOptions, type TorrentApi, torrentCid } from '@shoal/torrent'
import type { CommandNode } from '../../node/command-node.ts'
import type { View } from '../terminal/view.ts'
import { texts } from '../texts.ts'
import { joinNetwork } from './join-network.ts'

/** Joins the network for a command with `--findable`; otherwise returns null. */
export function openFindable(
  session: Session,
  view: View,
  options: {
    readonly findable: boolean
    readonly networkNode: readonly string[]
    readonly network: SessionOptions
  },
): FindableShares | null {
  if (!options.findable) return null
  return new FindableShares(session, view, { nodes: options.networkNode, options: options.network })
}

/** Publishes shares, signed with a temporary key. */
export class FindableShares {
  readonly #view: View
  readonly #abort = new AbortController()
  /** Content IDs and texts that were reported. */
  readonly #told = new Set<string>()
  readonly #shares = new Map<TorrentApi, ReturnType<CommandNode['take']>>()
  readonly #joining: Promise<CommandNode | null>
  /** Serializes changes: the same content can be shared again. */
  #changes: Promise<unknown>

  constructor(
    session: Session,
    view: View,
    network: { readonly nodes: readonly string[]; readonly options: SessionOptions },
  ) {
    this.#view = view
    this.#joining = joinNetwork({ ...network, session, listens: true }, this.#abort.signal)
    this.#changes = this.#then(joined => {
      joined.node.kernel.ticker.every('what is findable', () => {
        if (!this.#abort.signal.aborted) void this.#tell(joined).catch(() => {})
      })
    })
  }

  /** Private torrents are left out, with a message. */
  add(torrent: TorrentApi): void {
    if (torrent.metainfo!.info.private) return this.#failed(texts.seed.neverFindable)
    void this.#then(async joined => {
      const taken = joined.take(torrent)
      joined.publish(taken)
      this.#shares.set(torrent, taken)
      await joined.node.operations.makeFindable({ id: taken.id })
    })
  }

  remove(torrent: TorrentApi): void {
    this.#told.delete(torrentCid(torrent.infoHashes))
    void this.#then(async joined => {
      const taken = this.#shares.get(torrent)
      if (!taken) return
      this.#shares.delete(torrent)
      joined.release(taken)
      await joined.node.operations.hideTorrent({ id: taken.id })
    })
  }

  /** Withdraws everything and leaves the network. */
  async close(): Promise<void> {
    this.#abort.abort(new Error('The command has ended'))
    await this.#changes
    await (await this.#joining.catch(() => null))?.leave()
  }

  #then(change: (joined: CommandNode) => Promise<void> | void): Promise<void> {
    const changed = Promise.all([this.#joining, this.#changes])
      .then(([joined]) => (joined && !this.#abort.signal.aborted ? change(joined) : undefined))
      .catch(error => {
        if (!this.#abort.signal.aborted) this.#failed((error as Error).message)
      })
    this.#changes = changed
    return changed
  }

  #failed(message: string): void {
    if (this.#isNew(message))
      this.#view.tell(texts.seed.findableFailed({ reason: message }), { event: 'not-findable', message })
  }

  /** Reports the address for others, and each share once other nodes know it. */
  async #tell({ node: { operations } }: CommandNode): Promise<void> {
    const { state, problem, addresses } = await operations.getNetwork({})
    if (state === 'failed' && problem !== null) this.#failed(problem)
    if (state === 'on' && this.#isNew('network')) this.#view.tell('', { event: 'network', addresses })
    const { items, publisher } = await operations.listFindable({})
    for (const { cid, title, nodes } of items)
      if (nodes > 0 && this.#isNew(cid))
        this.#view.tell(texts.seed.findableNow({ name: title }), {
          ...{ event: 'findable', cid, nodes, publisher: publisher.did },
        })
  }

  #isNew(what: string): boolean {
    const { size } = this.#told
    return this.#told.add(what).size > size
  }
}
