/**
 * Requests of `/shoal/index/1` cost so much, in units of about ten microseconds: a key or a reference costs one, and so do 128 bytes of the request or
 * of the response.
 */
import type { Allowance } from '../misconduct.ts'
import type { IndexRequest, IndexResponse } from './messages.ts'

/**
 * A network and an identity may have so much answered: 75,000 keys announced at once, 80 requests with the 64 longest entries for an answer, or a
 * thousand queries.
 */
export const ALLOWED_COST: Allowance = { burst: 100_000, perSecond: 1000 }
/** An entry to store is decoded, its words are hashed, and its signature is verified. */
const ENTRY_COST = 10
/** A query looks for nearer nodes. */
const FIND_COST = 50
/** Comparisons of words for one unit. */
const COMPARISONS = 20
const UNIT_BYTES = 128

/** Returns the cost of reading a message, which is known before it is read. */
export function costOfBytes({ length }: Uint8Array): number {
  return Math.ceil(length / UNIT_BYTES)
}

/** Returns the cost of what a request asks for, as far as it is known before it is answered. */
export function costOfRequest(request: IndexRequest): number {
  switch (request.type) {
    case 'announce':
    case 'withdraw':
      return request.keys.length
    case 'offer':
    case 'get':
      return request.references.length
    case 'store':
      return ENTRY_COST * request.entries.length
    case 'find':
      return FIND_COST
  }
}

/** Returns the cost of what was found: only then it is known how many entries a query had to look at. */
export function costOfResponse(
  request: IndexRequest,
  response: Partial<IndexResponse>,
  bytes: Uint8Array,
): number {
  const { references = [], entries = [], total = 0 } = response
  const compared = request.type === 'find' ? total * (1 + request.words.length + request.without.length) : 0
  return references.length + entries.length + Math.ceil(compared / COMPARISONS) + costOfBytes(bytes)
}
