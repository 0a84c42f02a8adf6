import { Encoded } from '../../bencode/bencode.ts'
import type { DhtNode } from './dht-node.ts'
import { type DhtItem, type DhtItemKey, isMutable, itemTarget } from './item.ts'
import { isSigned, itemIn } from './item-check.ts'
import { KRPC_ERRORS } from './krpc.ts'
import type { NodeResponse } from './response.ts'
import { KrpcError, type QueryArgs } from './rpc.ts'

export interface ItemSearchResult {
  /** The valid item with the greatest sequence number; null if no node has it. */
  readonly item: DhtItem | null
  /** Responses of the closest nodes, with the tokens for putting the item there. */
  readonly closest: readonly NodeResponse[]
}

export interface PutItemResult {
  /** Number of nodes that stored the item. */
  readonly stored: number
  /** A node refused it because it has a newer one, or not the one that `cas` names. */
  readonly outdated: boolean
}

export interface PutItemOptions {
  /** Replace only an item with this sequence number (BEP 44, "CAS"). */
  readonly cas?: bigint | undefined
  readonly signal?: AbortSignal | undefined
}

/** Looks up an item (BEP 44 `get`). Rejects with the signal's reason or `closed`. */
export async function getItem(
  node: DhtNode,
  key: DhtItemKey,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ItemSearchResult> {
  const target = itemTarget(key)
  const mutable = 'publicKey' in key
  const salt = (mutable && key.salt) || new Uint8Array(0)
  // A lookup does not query ourselves, but we may be among the nodes that store it.
  let best = node.items.get(target)
  const { closest } = await node.walk('get', { target }, target, {
    signal,
    onAnswer: answer => {
      const found = itemIn(answer, target, salt)
      if (found && isMutable(found) === mutable && isNewer(found, best)) best = found
    },
  })
  return { item: best, closest }
}

/**
 * Puts an item on the closest nodes that a search found (BEP 44 `put`). Resolves once all have
 * answered or timed out. Rejects with the signal's reason or `closed`.
 */
export async function putItem(
  node: DhtNode,
  item: DhtItem,
  closest: readonly NodeResponse[],
  { cas, signal }: PutItemOptions = {},
): Promise<PutItemResult> {
  const args = putArguments(item)
  const results = await Promise.allSettled(
    closest.flatMap(({ from, token, seq }) => {
      if (!token) return []
      // BEP 44: no `cas` for nodes that did not return the item.
      const expected = seq === undefined ? undefined : cas
      return [node.query(from, 'put', { ...args, token, cas: expected }, { signal })]
    }),
  )
  signal?.throwIfAborted()
  return {
    stored: results.filter(({ status }) => status === 'fulfilled').length,
    outdated: results.some(result => result.status === 'rejected' && isOutdated(result.reason)),
  }
}

/** The number of signatures that one lookup verifies is bounded by the number of its queries. */
function isNewer(found: DhtItem, best: DhtItem | null): boolean {
  if (!isMutable(found)) return best === null
  return (best === null || (isMutable(best) && found.seq > best.seq)) && isSigned(found)
}

function putArguments(item: DhtItem): QueryArgs {
  const v = new Encoded(item.value)
  if (!isMutable(item)) return { v }
  const { publicKey, salt, seq, signature } = item
  return { v, k: publicKey, salt: salt.length > 0 ? salt : undefined, seq, sig: signature }
}

function isOutdated(reason: unknown): boolean {
  if (!(reason instanceof KrpcError)) return false
  return reason.krpcCode === KRPC_ERRORS.casMismatch || reason.krpcCode === KRPC_ERRORS.oldSequence
}
