/** Listings and comments as sent to clients. */
import type { Author, Comment, Listing, ListingSummary } from '@shoal/hub-api'
import type { Accounts, Comment as StoredComment, Listing as StoredListing } from '@shoal/hub-stores'
import { readLink } from './link.ts'

/** Returns the peer counts of a torrent by its info hash: 20 bytes in hex. */
export type CountPeers = (infoHash: string) => { readonly seeders: number; readonly leechers: number }

export class Views {
  readonly #accounts: Pick<Accounts, 'names'>
  readonly #count: CountPeers

  constructor(accounts: Pick<Accounts, 'names'>, count: CountPeers) {
    this.#accounts = accounts
    this.#count = count
  }

  async listings(listings: readonly StoredListing[]): Promise<Listing[]> {
    const authors = await this.authors(listings.map(({ author }) => author))
    return listings.map(({ number: _, tags, thumbnails, ...listing }) => {
      const { kind, infoHashV1, infoHashV2 } = readLink(listing.link)
      const facts = { kind, infoHashV1, infoHashV2, author: authors(listing.author) }
      return { ...listing, ...facts, tags: [...tags], thumbnails: [...thumbnails], ...this.#peers(facts) }
    })
  }

  async listing(listing: StoredListing): Promise<Listing> {
    return (await this.listings([listing]))[0]!
  }

  async summaries(listings: readonly StoredListing[]): Promise<ListingSummary[]> {
    return (await this.listings(listings)).map(({ description: _, ...summary }) => summary)
  }

  async comments(comments: readonly StoredComment[]): Promise<Comment[]> {
    const authors = await this.authors(comments.map(({ author }) => author))
    return comments.map(({ number: _, ...comment }) => ({ ...comment, author: authors(comment.author) }))
  }

  /** Returns a function that returns these people's names. */
  async authors(dids: readonly string[]): Promise<(did: string) => Author> {
    const names = await this.#accounts.names([...new Set(dids)])
    return did => ({ did, name: names.get(did) ?? '' })
  }

  /** A hybrid torrent has two swarms, with many peers in both. */
  #peers({ infoHashV1, infoHashV2 }: Pick<Listing, 'infoHashV1' | 'infoHashV2'>) {
    const counts = [infoHashV1, infoHashV2].flatMap(hash =>
      hash === null ? [] : [this.#count(hash.slice(0, 40))],
    )
    const most = (member: 'seeders' | 'leechers') => Math.max(0, ...counts.map(each => each[member]))
    return { seeders: most('seeders'), leechers: most('leechers') }
  }
}
