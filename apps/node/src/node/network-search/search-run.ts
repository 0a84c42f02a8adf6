/** One search over the network and the node's own list. Loads the network's search. */
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
import { type InfoHashes, torrentCid } from '@shoal/torrent'
import { parseQuery, toPatterns } from '../../base/parse-query.ts'
import type { Torrents } from '../torrents/service.ts'
import type { Probes } from './probes.ts'
import type { Publishers } from './publishers.ts'
import { cidOf, type OwnMatch, rowsOf } from './rows.ts'

/** Time that the network's search may take. Usually it is done after a few seconds. */
const LIMIT_MS = 60_000
/** Hits of the own list that are asked for: the most of one page. */
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
  /** The host of the network. Throws with the reason while there is none. */
  host(): Host
  networkState(): NetworkStatus['state']
  readonly publishers: Publishers
}

interface ShownRow {
  readonly row: SearchRow
  /** The row as JSON, to see whether it changes. */
  readonly text: string
  /** When it last changed. */
  readonly revision: number
}

/** Collects rows from when it is created until `end`, and keeps them in order. */
export class SearchRun {
  readonly id: string
  readonly #options: SearchRunOptions
  readonly #abort = new AbortController()
  readonly #patterns: readonly RegExp[]
  #network: readonly NetworkRow[] = []
  /** Entries of blocked publishers that the network's search left out. */
  #hidden = 0
  readonly #own = new Map<string, OwnMatch>()
  /** Seeds of torrents by content ID; null while they are looked for. */
  readonly #seeds = new Map<string, number | null>()
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
  #wake = Promise.withResolvers<void>()

  constructor(options: SearchRunOptions) {
    this.id = options.id
    this.#options = options
    this.#patterns = toPatterns(parseQuery(options.input.text))
    void this.#run()
  }

  get isDone(): boolean {
    return this.#isDone
  }

  /** Ends the search and whatever waits for it. */
  end(): void {
    this.#abort.abort(new Error('The search was ended'))
    this.#isDone = true
    this.#wake.resolve()
  }

  /** The order of all rows, and those that changed since a revision. */
  progress(since: number): SearchProgress {
    const rows = [...this.#rows.values()].filter(({ revision }) => revision > since)
    return {
      ...{ id: this.id, text: this.#options.input.text, done: this.#isDone, revision: this.#revision },
      ...{ network: this.#state, order: this.#order },
      rows: rows.map(({ row }) => row),
    }
  }

  /** Resolves when there is something newer than a revision, or when the search ends or the signal aborts. */
  async changed(since: number, signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => aborted.resolve(), { once: true })
    while (this.#revision <= since && !signal.aborted && !this.#abort.signal.aborted)
      await Promise.race([this.#wake.promise, aborted.promise])
  }

  /** Looks for seeds of rows, unless that was done already. */
  probe(ids: readonly string[]): void {
    const rows = new Map(this.#network.map(row => [cidOf(row), row]))
    for (const id of ids) {
      const row = rows.get(id)
      if (row && !this.#seeds.has(id)) void this.#probe(id, row)
    }
  }

  /** Brings the rows up to date. */
  update(): void {
    const { publishers, torrents } = this.#options
    const { registry } = torrents
    const listed = (infoHashes: InfoHashes) => {
      const torrent = registry.findApi({ infoHashes })
      return torrent && registry.isListed(torrent) ? torrent.id : null
    }
    const seeds = new Map([...this.#seeds].flatMap(([id, count]) => (count === null ? [] : [[id, count]])))
    // The search leaves out what was blocked before; this is for what is blocked since.
    const network = this.#network.filter(({ signed }) => !publishers.isBlocked(signed.entry.publisher))
    this.#state = { ...this.#state, hidden: this.#hidden + this.#network.length - network.length }
    const rows = rowsOf({
      ...{ network, own: this.#own, listed, patterns: this.#patterns },
      isOwn: publisher => publishers.isOwn(publisher),
      contactOf: publisher => publishers.contactOf(publisher),
      seeds: seeds as Map<string, number>,
    })
    const revision = this.#revision + 1
    for (const row of rows) {
      const text = JSON.stringify(row)
      if (this.#rows.get(row.id)?.text !== text) this.#rows.set(row.id, { row, text, revision })
    }
    this.#order = rows.map(({ id }) => id)
    const shown = new Set(this.#order)
    for (const id of this.#rows.keys()) if (!shown.has(id)) this.#rows.delete(id)
    this.#changed()
  }

  async #probe(id: string, { signed }: NetworkRow): Promise<void> {
    this.#seeds.set(id, null)
    const { infoHashV1: v1, infoHashV2: v2 } = signed.entry
    const infoHashes = { ...(v1 && { v1 }), ...(v2 && { v2 }) }
    const { probes, torrents } = this.#options
    const count = await probes.count(infoHashes, this.#abort.signal)
    const listed = torrents.registry.findApi({ infoHashes })
    if (count === null) this.#seeds.delete(id)
    else this.#seeds.set(id, count + Number(listed?.isComplete ?? false))
    this.update()
  }

  async #run(): Promise<void> {
    await Promise.all([this.#searchOwn(), this.#searchNetwork()])
    if (this.#abort.signal.aborted) return
    this.#isDone = true
    this.update()
  }

  async #searchOwn(): Promise<void> {
    const { input, own, torrents } = this.#options
    const { text, kind, limit } = input
    let cursor: string | undefined
    // One torrent may fill a page with its files, and filters leave out others.
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
          // A phrase that is excluded would exclude its words.
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
      // The rows that came in time are kept.
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
    const { resolve } = this.#wake
    this.#wake = Promise.withResolvers()
    resolve()
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

/** Filters of what the own list does not know are met by none of it. */
function isWithin(bytes: number | null, input: CheckedInputOf<'startSearch'>): boolean {
  const { minBytes = 0, maxBytes = Number.POSITIVE_INFINITY, publishedAfterMs, language, license } = input
  if (publishedAfterMs !== undefined || language !== undefined || license !== undefined) return false
  return bytes === null ? minBytes === 0 : bytes >= minBytes && bytes <= maxBytes
}
