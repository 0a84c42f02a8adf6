/** Publishes, finds and changes listings and comments, and enforces permissions and rates. */
import { describeFailure, Failure } from '@shoal/daemon/failure'
import { type CheckedInputOf, MAX_TORRENT_BYTES } from '@shoal/hub-api'
import type { Comments, Listing, Listings } from '@shoal/hub-stores'
import { hex } from '@shoal/torrent/base'
import { parseMetainfo } from '@shoal/torrent/metainfo'
import type { Caller } from '../kernel/callers.ts'
import type { HubKernel } from '../kernel/kernel.ts'
import { cursorOf, nextOf } from '../kernel/paging.ts'
import type { People } from '../kernel/people.ts'
import { Rates } from '../kernel/rates.ts'
import { checkReader, hiddenFor, mayRead, type Reader } from '../kernel/reading.ts'
import type { Moderation } from '../moderation/service.ts'
import { readLink } from './link.ts'
import { readPicture } from './pictures.ts'
import type { Views } from './views.ts'

export interface ListingParts {
  readonly listings: Listings
  readonly comments: Comments
  /** Null in a hub without moderation. */
  readonly moderation: Moderation | null
  readonly views: Views
}

export class HubListings {
  readonly #listings: Listings
  readonly #comments: Comments
  readonly #people: Pick<People, 'audit'>
  readonly #moderation: Moderation | null
  readonly #policy: HubKernel['given']['registration']
  readonly #views: Views
  readonly #publishing: Rates
  readonly #commenting: Rates
  readonly #changing: Rates

  constructor(
    kernel: Pick<HubKernel, 'people' | 'given' | 'channels' | 'now'>,
    { listings, comments, moderation, views }: ListingParts,
  ) {
    this.#listings = listings
    this.#comments = comments
    this.#people = kernel.people
    this.#moderation = moderation
    this.#policy = kernel.given.registration
    this.#views = views
    this.#publishing = new Rates(kernel, 'publish', { burst: 20, everyMs: 30_000 })
    this.#commenting = new Rates(kernel, 'comment', { burst: 20, everyMs: 5000 })
    this.#changing = new Rates(kernel, 'change', { burst: 60, everyMs: 1000 })
  }

  async list(input: CheckedInputOf<'listListings'>, caller: Caller | null) {
    checkReader(this.#policy, caller)
    const { text, category, tag, author, cursor, limit } = input
    const found = await this.#listings.search({
      ...(text !== undefined && { text }),
      ...(category !== undefined && { categories: [category] }),
      ...(tag !== undefined && { tag }),
      ...(author !== undefined && { author }),
      ...cursorOf('before', cursor),
      ...hiddenFor(caller),
      limit,
    })
    return { items: await this.#views.summaries(found), next: nextOf(found, limit) }
  }

  /** Returns a listing. Rejects with `not-found` if it is hidden from the reader. */
  async read(id: string, reader: Reader | null): Promise<Listing> {
    checkReader(this.#policy, reader)
    const listing = await this.#listings.get(id)
    if (!mayRead(listing, reader)) throw absent('listing')
    return listing
  }

  async get({ id }: CheckedInputOf<'getListing'>, caller: Caller | null) {
    return this.#views.listing(await this.read(id, caller))
  }

  async publish(input: CheckedInputOf<'publishListing'>, { did }: Caller) {
    const { sizeBytes } = readLink(input.link)
    this.#publishing.take(did)
    await this.#moderation?.notePost(did)
    const text = { ...input, sizeBytes: input.sizeBytes ?? sizeBytes ?? 0 }
    return this.#views.listing(await this.#listings.create(did, text))
  }

  async edit({ id, ...given }: CheckedInputOf<'editListing'>, caller: Caller) {
    if (given.link !== undefined) readLink(given.link)
    await this.#own(id, caller)
    // Members that are not given are undefined, and do not change.
    const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    return this.#views.listing(await this.#listings.change(id, changes))
  }

  async remove({ id }: CheckedInputOf<'removeListing'>, caller: Caller) {
    const { author } = await this.#listings.get(id)
    await this.#removing('listing', { id, author }, caller)
    await this.#listings.remove(id)
    return {}
  }

  async addThumbnail(id: string, bytes: Uint8Array, caller: Caller) {
    await this.#own(id, caller)
    return this.#views.listing(await this.#listings.addThumbnail(id, readPicture(bytes)))
  }

  async removeThumbnail({ id, name }: CheckedInputOf<'removeThumbnail'>, caller: Caller) {
    await this.#own(id, caller)
    return this.#views.listing(await this.#listings.removeThumbnail(id, name))
  }

  /**
   * Stores the `.torrent` of a listing. Rejects with `bad-torrent` if it is invalid, or does not
   * match the link.
   */
  async setTorrent(id: string, bytes: Uint8Array, caller: Caller) {
    if (bytes.length > MAX_TORRENT_BYTES)
      throw new Failure('too-large', `a .torrent has at most ${MAX_TORRENT_BYTES} bytes here`, {
        field: 'body',
      })
    const { link } = await this.#own(id, caller)
    const { info } = readTorrent(bytes)
    checkSame(link, info.infoHashes)
    const torrent = {
      bytes,
      sizeBytes: info.lengthBytes,
      fileCount: Math.max(1, info.files.filter(({ pad }) => !pad).length),
    }
    return this.#views.listing(await this.#listings.setTorrent(id, { link, ...torrent }))
  }

  async comments({ id, cursor, limit }: CheckedInputOf<'listComments'>, caller: Caller | null) {
    await this.read(id, caller)
    const after = cursorOf('after', cursor)
    const found = await this.#comments.list(id, { ...after, limit, ...hiddenFor(caller) })
    return { items: await this.#views.comments(found), next: nextOf(found, limit) }
  }

  async addComment({ id, text }: CheckedInputOf<'addComment'>, caller: Caller) {
    await this.read(id, caller)
    this.#commenting.take(caller.did)
    await this.#moderation?.notePost(caller.did)
    return this.#comment(await this.#comments.add(id, caller.did, text))
  }

  async editComment({ id, text }: CheckedInputOf<'editComment'>, caller: Caller) {
    const { comment } = await this.#comments.get(id)
    this.#checkOwn(comment.author, caller)
    return this.#comment(await this.#comments.change(id, text))
  }

  async removeComment({ id }: CheckedInputOf<'removeComment'>, caller: Caller) {
    const { comment } = await this.#comments.get(id)
    await this.#removing('comment', comment, caller)
    await this.#comments.remove(id)
    return {}
  }

  async #comment(comment: Parameters<Views['comments']>[0][number]) {
    return (await this.#views.comments([comment]))[0]!
  }

  async #own(id: string, caller: Caller): Promise<Listing> {
    const listing = await this.#listings.get(id)
    this.#checkOwn(listing.author, caller)
    return listing
  }

  #checkOwn(author: string, { did }: Caller): void {
    if (author !== did) throw new Failure('forbidden', 'only its author may change this', { field: 'id' })
    this.#changing.take(did)
  }

  /** Checks the permission to delete. Deletions by admins are recorded in the public log. */
  async #removing(
    kind: 'listing' | 'comment',
    { id, author }: { readonly id: string; readonly author: string },
    { did, account }: Caller,
  ): Promise<void> {
    if (author !== did) {
      if (account.role !== 'admin')
        throw new Failure('forbidden', 'only its author and admins may delete this', { field: 'id' })
      const subject = `${kind}:${id}`
      await this.#people.audit.add({ actor: did, action: 'remove', subject, detail: '{}', isPublic: true })
    }
    await this.#moderation?.deleted(kind, id)
  }
}

function absent(what: string): Failure {
  return new Failure('not-found', `this ${what} does not exist, or has been removed`, { field: 'id' })
}

function checkSame(link: string, { v1, v2 }: { readonly v1?: Uint8Array; readonly v2?: Uint8Array }): void {
  const { kind, infoHashV1, infoHashV2 } = readLink(link)
  const isOther = (named: string | null, has: Uint8Array | undefined) =>
    named !== null && (!has || hex(has) !== named)
  if (kind === 'published' || isOther(infoHashV1, v1) || isOther(infoHashV2, v2))
    throw new Failure('bad-torrent', 'this .torrent does not belong to the link of the listing', {
      field: 'body',
    })
}

function readTorrent(bytes: Uint8Array) {
  try {
    return parseMetainfo(bytes)
  } catch (cause) {
    const { code, message } = describeFailure(cause)
    throw new Failure(code, message, { cause, field: 'body' })
  }
}
