/**
 * Costs of `/shoal/index/1` requests, in units of about ten microseconds: one per key or reference,
 * and one per 128 bytes of the request or the response.
 */
import type { Allowance } from '../misconduct.ts'
import type { IndexRequest, IndexResponse } from './messages.ts'

/**
 * Budget of a network and of an identity: 75,000 keys announced at once, 80 requests answered with
 * the 64 longest entries, or a thousand queries.
 */
export const ALLOWED_COST: Allowance = { burst: 100_000, perSecond: 1000 }
/** Storing an entry decodes it, hashes its words and verifies its signature. */
const ENTRY_COST = 10
/** A query searches for nearer nodes. */
const FIND_COST = 50
/** Word comparisons per unit. */
const COMPARISONS = 20
const UNIT_BYTES = 128

/** Returns the cost of reading a message, known before it is read. */
export function costOfBytes({ length }: Uint8Array): number {
  return Math.ceil(length / UNIT_BYTES)
}

/** Returns the cost of a request, as far as it is known before it is answered. */
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

/**
 * Returns the cost of a response: how many entries a query had to examine is known only afterwards.
 */
export function costOfResponse(
  request: IndexRequest,
  response: Partial<IndexResponse>,
  bytes: Uint8Array,
): number {
  const { references = [], entries = [], total = 0 } = response
  const compared = request.type === 'find' ? total * (1 + request.words.length + request.without.length) : 0
  return references.length + entries.length + Math.ceil(compared / COMPARISONS) + costOfBytes(bytes)
}
