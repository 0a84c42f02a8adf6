/** One search of the network and the node's own list. Loads the network's search module. */
import type {
  CheckedInputOf,
  NetworkSearchReason,
  NetworkStatus,
  SearchHit,
  SearchProgress,
  SearchRow,
} from '@shoal/api'
import { describeFailure } from '@shoal/daemon/failure'
import { type Filters, type SearchRow as NetworkRow, WANTED_ANSWERS } from '@shoal/network'
import type { Host } from '@shoal/network/host'
import { type Clock, type InfoHashes, torrentCid } from '@shoal/torrent'
import { parseQuery, toPatterns } from '../../base/parse-query.ts'
import type { Torrents } from '../torrents/service.ts'
import type { Probes } from './probes.ts'
import type { Publishers } from './publishers.ts'
import { cidOf, hashesOf, type OwnMatch, rowsOf } from './rows.ts'
import { SeedCounts } from './seed-counts.ts'

/** Maximum time of the network search, which usually takes a few seconds. */
const LIMIT_MS = 60_000
/** Number of own hits requested: one full page. */
const OWN_HITS = 100

export interface SearchRunOptions {
  readonly id: string
  readonly input: CheckedInputOf<'startSearch'>
  readonly torrents: Pick<Torrents, 'registry' | 'view'>
  readonly probes: Probes
  /** Searches the node's own list. */
  own(
    query: CheckedInputOf<'search'>,
  ): Promise<{ readonly items: readonly SearchHit[]; readonly next: string | null }>
  /** Returns the network's host. Throws with the reason while there is none. */
  host(): Host
  networkState(): NetworkStatus['state']
  readonly publishers: Publishers
  readonly clock: Clock
  /** Called when `progress` has news. */
  onChanged(): void
}

interface ShownRow {
  readonly row: SearchRow
  /** The row as JSON, to detect changes. */
  readonly text: string
  /** Revision of its last change. */
  readonly revision: number
}

/** Collects rows from its creation until `end`, and keeps them sorted. */
export class SearchRun {
  readonly id: string
  readonly #options: SearchRunOptions
  readonly #abort = new AbortController()
  readonly #patterns: readonly RegExp[]
  #network: readonly NetworkRow[] = []
  /** Number of entries that the network search omitted because their publishers are blocked. */
  #hidden = 0
  readonly #own = new Map<string, OwnMatch>()
  readonly #seeds: SeedCounts
  readonly #rows = new Map<string, ShownRow>()
  #order: string[] = []
  #state: SearchProgress['network'] = {
    ...{
      state: 'searching',
      reason: null,
      problem: null,
      answers: 0,
      answersWanted: WANTED_ANSWERS,
      partial: false,
      hidden: 0,
    },
  }
  #revision = 1
  #isDone = false

  constructor(options: SearchRunOptions) {
    this.id = options.id
    this.#options = options
    this.#patterns = toPatterns(parseQuery(options.input.text))
    const { clock, probes, torrents } = options
    this.#seeds = new SeedCounts({
      ...{ clock, probes, signal: this.#abort.signal },
      isSeed: infoHashes => torrents.registry.findApi({ infoHashes })?.isComplete ?? false,
      onChanged: () => this.update(),
    })
    void this.#run()
  }

  get isDone(): boolean {
    return this.#isDone
  }

  end(): void {
    this.#abort.abort(new Error('The search was ended'))
    this.#isDone = true
  }

  get revision(): number {
    return this.#revision
  }

  /** Returns the order of all rows, and the rows changed since a revision. */
  progress(since: number): SearchProgress {
    const rows = [...this.#rows.values()].filter(({ revision }) => revision > since)
    return {
      ...{ id: this.id, text: this.#options.input.text, done: this.#isDone, revision: this.#revision },
      ...{ network: this.#state, order: this.#order },
      rows: rows.map(({ row }) => row),
    }
  }

  /** Counts the seeds of rows for which that was not done already. */
  probe(ids: readonly string[]): void {
    this.#seeds.count(this.#countable(ids))
  }

  /** Updates the rows. */
  update(): void {
    const { publishers, torrents } = this.#options
    const { registry } = torrents
    const listed = (infoHashes: InfoHashes) => {
      const torrent = registry.findApi({ infoHashes })
      return torrent && registry.isListed(torrent) ? torrent.id : null
    }
    // The search omits publishers blocked before it started; this filters those blocked since.
    const network = this.#network.filter(({ signed }) => !publishers.isBlocked(signed.entry.publisher))
    this.#state = { ...this.#state, hidden: this.#hidden + this.#network.length - network.length }
    const found = rowsOf({
      ...{ network, own: this.#own, listed, patterns: this.#patterns, seeds: this.#seeds.counts },
      isOwn: publisher => publishers.isOwn(publisher),
      contactOf: publisher => publishers.contactOf(publisher),
    })
    this.#order = found.map(({ id }) => id)
    this.#seeds.ranked(this.#countable(this.#order))
    const rows = found.map(row => ({ ...row, counting: this.#seeds.isCounting(row.id) }))
    const revision = this.#revision + 1
    for (const row of rows) {
      const text = JSON.stringify(row)
      if (this.#rows.get(row.id)?.text !== text) this.#rows.set(row.id, { row, text, revision })
    }
    const shown = new Set(this.#order)
    for (const id of this.#rows.keys()) if (!shown.has(id)) this.#rows.delete(id)
    this.#changed()
  }

  /** Returns the given rows that come from the network. */
  #countable(ids: readonly string[]) {
    const rows = new Map(this.#network.map(row => [cidOf(row), row]))
    return ids.flatMap(id => {
      const row = rows.get(id)
      return row ? [{ id, infoHashes: hashesOf(row.signed.entry) }] : []
    })
  }

  async #run(): Promise<void> {
    await Promise.all([this.#searchOwn(), this.#searchNetwork()])
    if (this.#abort.signal.aborted) return
    this.#isDone = true
    this.#seeds.complete()
    this.update()
  }

  async #searchOwn(): Promise<void> {
    const { input, own, torrents } = this.#options
    const { text, kind, limit } = input
    let cursor: string | undefined
    // Files of one torrent can fill a page, and filters drop others.
    do {
      const query = { text, limit: OWN_HITS, ...(kind && { kind }), ...(cursor !== undefined && { cursor }) }
      const { items, next } = await own(query).catch(() => ({ items: [], next: null }))
      for (const [id, hits] of Map.groupBy(items, hit => hit.torrent)) {
        const torrent = torrents.registry.find(id)
        if (!torrent || !torrents.registry.isListed(torrent)) continue
        const { infoHashes } = torrent.api
        const view = torrents.view(torrent)
        if (!isWithin(view.totalBytes, input)) continue
        const cid = torrentCid(infoHashes)
        this.#own.set(cid, {
          torrent: view,
          infoHashes,
          hits: [...(this.#own.get(cid)?.hits ?? []), ...hits],
        })
      }
      cursor = next ?? undefined
      this.update()
    } while (cursor !== undefined && this.#own.size < limit && !this.#isDone)
  }

  async #searchNetwork(): Promise<void> {
    const { input, host, publishers } = this.#options
    const { wanted, unwanted } = parseQuery(input.text)
    const show = (rows: readonly NetworkRow[], hidden: number) => {
      publishers.shown(rows)
      this.#hidden = hidden
      this.#network = rows
      this.update()
    }
    try {
      const open = host()
      if (open.kad.tableSize === 0) return this.#failed('no-nodes', NOBODY)
      const { rows, hidden, isPartial } = await open.index.search.search(
        {
          words: wanted.flatMap(({ words }) => words),
          // Excluding a phrase must not exclude its single words.
          without: unwanted.flatMap(({ words }) => (words.length === 1 ? words : [])),
          filters: filtersOf(input),
        },
        {
          limit: input.limit,
          onRows: show,
          onAnswers: answers => {
            this.#state = { ...this.#state, answers }
            this.#changed()
          },
          trust: publisher => publishers.trust(publisher),
          ...(publishers.hasBlocked && {
            isBlocked: (publisher: Uint8Array) => publishers.isBlocked(publisher),
          }),
          signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(LIMIT_MS)]),
        },
      )
      show(rows, hidden)
      this.#state = { ...this.#state, state: 'done', partial: isPartial }
    } catch (error) {
      // Rows that arrived in time are kept.
      const isOver = (error as Error).name === 'TimeoutError'
      if (isOver) this.#state = { ...this.#state, state: 'done' }
      else {
        const networkState = this.#options.networkState()
        this.#failed(networkState === 'on' ? 'failed' : networkState, describeFailure(error).message)
      }
    }
    this.#changed()
  }

  #failed(reason: NetworkSearchReason, problem: string): void {
    this.#state = { ...this.#state, state: 'unavailable', reason, problem }
  }

  #changed(): void {
    this.#revision++
    this.#options.onChanged()
  }
}

const NOBODY = 'No other node of the Shoal network is connected yet: try again in a minute'

function filtersOf(input: CheckedInputOf<'startSearch'>): Filters {
  const { minBytes, maxBytes, publishedAfterMs, language, license, kind } = input
  return {
    ...(minBytes !== undefined && { minBytes }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(publishedAfterMs !== undefined && { publishedAfter: Math.floor(publishedAfterMs / 1000) }),
    ...(language !== undefined && { language }),
    ...(license !== undefined && { license }),
    ...(kind !== undefined && { kind }),
  }
}

/** Torrents of the own list never match filters on properties that it lacks. */
function isWithin(bytes: number | null, input: CheckedInputOf<'startSearch'>): boolean {
  const { minBytes = 0, maxBytes = Number.POSITIVE_INFINITY, publishedAfterMs, language, license } = input
  if (publishedAfterMs !== undefined || language !== undefined || license !== undefined) return false
  return bytes === null ? minBytes === 0 : bytes >= minBytes && bytes <= maxBytes
}
