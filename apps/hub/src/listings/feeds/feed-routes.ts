/** `/atom` and `/torznab/api`. */
import { Failure } from '@shoal/daemon/failure'
import { checkInput, textMembers } from '@shoal/daemon/http'
import { type Listing, ListingFilter } from '@shoal/hub-api'
import type { ListingSearch, Listings } from '@shoal/hub-stores'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { HubKernel } from '../../kernel/kernel.ts'
import { checkReader } from '../../kernel/reading.ts'
import type { Views } from '../views.ts'
import { ATOM_TYPE, atomFeed } from './atom.ts'
import type { FeedReaders } from './feed-readers.ts'
import {
  isTorznab,
  rangeOf,
  searchOf,
  TORZNAB_TYPE,
  TorznabError,
  torznabCaps,
  torznabError,
  torznabFeed,
  XML_TYPE,
} from './torznab.ts'

const ATOM_ENTRIES = 50
const PAGE = 200
const AtomInput = ListingFilter.extend({ key: z.string().max(64).optional() })

export interface FeedParts {
  readonly kernel: Pick<HubKernel, 'given' | 'name' | 'origins' | 'hubKey'>
  readonly listings: Listings
  readonly views: Views
  readonly readers: FeedReaders
}

export function addFeedRoutes(scope: FastifyInstance, parts: FeedParts): void {
  scope.get('/atom', (request, reply) => sendAtom(parts, request, reply))
  scope.get('/torznab/api', (request, reply) => sendTorznab(parts, request, reply))
}

async function sendAtom(
  { kernel, listings, views, readers }: FeedParts,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const query = request.query as Record<string, string>
  const { key, ...filter } = checkInput(AtomInput, textMembers(AtomInput, query))
  checkReader(kernel.given.registration, await readers.of(key ?? null, request.ip))
  const { category, text, tag, author } = filter
  const found = await listings.search({
    ...(text !== undefined && { text }),
    ...(category !== undefined && { categories: [category] }),
    ...(tag !== undefined && { tag }),
    ...(author !== undefined && { author }),
    limit: ATOM_ENTRIES,
  })
  const shown = Object.entries(filter).flatMap(([, value]) => value ?? [])
  return reply.type(ATOM_TYPE).send(
    atomFeed({
      name: [kernel.name, ...shown].join(' · '),
      did: kernel.hubKey.did,
      path: pathOf('/atom', filter),
      origin: kernel.origins[0] ?? '',
      key: key ?? null,
      listings: await views.listings(found),
    }),
  )
}

function pathOf(path: string, filter: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}

/** All responses are XML, including errors: clients read nothing else. */
async function sendTorznab(parts: FeedParts, request: FastifyRequest, reply: FastifyReply) {
  try {
    const { text, type } = await torznab(parts, request)
    return reply.type(type).send(text)
  } catch (error) {
    const told = toTorznab(error)
    if (!told) throw error
    return reply.type(XML_TYPE).send(torznabError(told))
  }
}

async function torznab(
  { kernel, listings, views, readers }: FeedParts,
  { query, ip }: FastifyRequest,
): Promise<{ readonly text: string; readonly type: string }> {
  const given = query as Record<string, unknown>
  if (given.t === 'caps') return { text: torznabCaps(kernel.name), type: XML_TYPE }
  if (given.t === undefined || given.t === '') throw new TorznabError('missing', 'Missing parameter: t')
  const { apikey } = given
  if (apikey !== undefined && typeof apikey !== 'string')
    throw new TorznabError('incorrect', 'Incorrect parameter: apikey')
  const key = apikey || null
  checkReader(kernel.given.registration, await readers.of(key, ip))
  const search = searchOf(given)
  const range = rangeOf(search)
  const { categories, text } = search
  const found = range && categories ? await take(listings, { text, categories, ...range }, views) : []
  return {
    text: torznabFeed(kernel.name, found, { origin: kernel.origins[0] ?? '', key }),
    type: TORZNAB_TYPE,
  }
}

/** Reads page by page until it has skipped and taken enough listings that Torznab can represent. */
async function take(
  listings: Listings,
  { skip, take, ...search }: ListingSearch & { readonly skip: number; readonly take: number },
  views: Views,
): Promise<Listing[]> {
  const found: Listing[] = []
  for (let before: number | undefined; found.length < skip + take; ) {
    const page = await listings.search({ ...search, limit: PAGE, ...(before !== undefined && { before }) })
    found.push(...(await views.listings(page)).filter(isTorznab))
    if (page.length < PAGE) break
    before = page.at(-1)!.number
  }
  return found.slice(skip, skip + take)
}

/** Returns null for unexpected errors. */
function toTorznab(error: unknown): Pick<TorznabError, 'number' | 'message'> | null {
  if (error instanceof TorznabError) return error
  if (!(error instanceof Failure)) return null
  const { code } = error
  if (code === 'unauthorized') return new TorznabError('credentials', 'Incorrect user credentials')
  if (code === 'too-many-attempts' || code === 'too-many-requests')
    // Prowlarr and Sonarr look for these words.
    return new TorznabError('limit', 'Request limit reached')
  return null
}
