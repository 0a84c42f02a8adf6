import type { Torrent } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import type { RunningNode } from '@shoal/node/node/kernel/contract.ts'
import type { Call } from '@shoal/node/node/server/compat/call.ts'
import type { DetailCache } from '@shoal/node/node/server/compat/detail-cache.ts'
import { allTorrents, findTorrents } from '@shoal/node/node/server/compat/torrent-finder.ts'
import type { Arguments } from './arguments.ts'
import type { TorrentNumbers } from './torrent-numbers.ts'

/** The objects that the RPC methods use. */
export interface RpcContext {
  readonly node: RunningNode
  readonly call: Call
  readonly numbers: TorrentNumbers
  readonly facts: DetailCache
  /**
   * Values that Transmission keeps while their switch is off, where Shoal only stores those in
   * effect. By name.
   */
  readonly remembered: Map<string, number>
  readonly sessionId: string
}

export type Method = (args: Arguments, context: RpcContext) => Promise<Record<string, unknown> | undefined>

const MOST_IDS = 100_000

/**
 * Returns the torrents in `ids` (rpc-spec 3.1): a number, a list of numbers and hashes, or
 * `recently-active`; all if it is absent.
 */
export async function selectTorrents(args: Arguments, { call, numbers }: RpcContext): Promise<Torrent[]> {
  const { ids } = args
  const isList = Array.isArray(ids)
  if (ids === undefined || ids === null || ids === 'recently-active' || (isList && ids.length === 0)) {
    const torrents = await allTorrents(call)
    numbers.know(torrents)
    return ids === 'recently-active' ? torrents.filter(torrent => numbers.isRecent(torrent)) : torrents
  }
  const named = isList ? ids : [ids]
  if (named.length > MOST_IDS) throw new Failure('bad-request', 'ids has too many entries', { field: 'ids' })
  // Numbers are assigned when torrents are first listed: a client may know them from before.
  if (named.some(id => typeof id === 'number' && numbers.idOf(id) === null))
    numbers.know(await allTorrents(call))
  return findTorrents(
    call,
    named.map(id => toHash(id, numbers)).filter(hash => hash !== null),
  )
}

function toHash(id: unknown, numbers: TorrentNumbers): string | null {
  if (typeof id === 'string') return id
  return typeof id === 'number' ? numbers.idOf(id) : null
}
