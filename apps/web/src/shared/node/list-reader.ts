import type { EventOf, NodeApi, Torrent } from '@shoal/api'
import type { TorrentStore } from './torrent-store.ts'

const PAGE = 1000

/**
 * Reads the list of torrents and applies its events; those that arrive during a read are applied
 * after it.
 */
export class ListReader {
  readonly #api: Pick<NodeApi, 'listTorrents'>
  readonly #torrents: TorrentStore
  #pending: EventOf<'torrents'>[] | null = null

  constructor(api: Pick<NodeApi, 'listTorrents'>, torrents: TorrentStore) {
    this.#api = api
    this.#torrents = torrents
  }

  /** Applies an event. Returns false if the list must be read again. */
  apply(event: EventOf<'torrents'>): boolean {
    if (!this.#pending) return this.#torrents.apply(event)
    this.#pending.push(event)
    return true
  }

  /** Resolves to false if the list must be read once more. */
  async read(): Promise<boolean> {
    const pending: EventOf<'torrents'>[] = []
    this.#pending = pending
    try {
      const torrents: Torrent[] = []
      let cursor: string | null = null
      let revision = Number.POSITIVE_INFINITY
      do {
        const page: Awaited<ReturnType<NodeApi['listTorrents']>> = await this.#api.listTorrents({
          limit: PAGE,
          ...(cursor === null ? {} : { cursor }),
        })
        torrents.push(...page.items)
        revision = Math.min(revision, page.revision)
        cursor = page.next
      } while (cursor !== null)
      this.#torrents.replace(torrents, revision)
      return pending.map(event => this.#torrents.apply(event)).every(Boolean)
    } finally {
      this.#pending = null
    }
  }
}
