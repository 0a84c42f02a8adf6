import { asBytes, asInteger, asList, asText, type BencodeInput, Encoded } from '../../bencode/bencode.ts'
import { compactNodes, type Endpoint } from './contact.ts'
import {
  asSequence,
  type DhtItem,
  isItemValue,
  isMutable,
  itemTarget,
  MAX_SALT_BYTES,
  MAX_VALUE_BYTES,
  PUBLIC_KEY_BYTES,
  SIGNATURE_BYTES,
} from './item.ts'
import type { ItemRefusal, ItemStore } from './item-store.ts'
import {
  encodeFailure,
  encodeResponse,
  idIn,
  KRPC_ERRORS,
  type KrpcQuery,
  MAX_SENT_BYTES,
  MAX_SENT_WITH_ITEM_BYTES,
} from './krpc.ts'
import type { PeerStore } from './peer-store.ts'
import type { RoutingTable } from './routing-table.ts'
import type { Tokens } from './tokens.ts'

/** BEP 51: how long a set of samples stays the same, in seconds. */
const SAMPLE_INTERVAL_S = 300
const MAX_SAMPLES = 20
/** A lookup queries eight nodes or more, so it needs no more peers from one. */
const MAX_PEERS = 100

const EMPTY = new Uint8Array(0)

type Values = Record<string, BencodeInput | undefined>
type Failure = readonly [code: number, message: string]

export interface ResponderOptions {
  readonly table: () => RoutingTable
  /**
   * Returns the table of the other address family, for `want` (BEP 32), or null if there is none.
   */
  readonly otherTable: () => RoutingTable | null
  readonly store: PeerStore
  readonly items: ItemStore
  readonly tokens: Tokens
  readonly nowMs: () => number
}

/** Composes responses to queries (BEP 5, 32, 33, 44, 51). Does no I/O. */
export class Responder {
  readonly #options: ResponderOptions
  #samples: { untilMs: number; bytes: readonly Uint8Array[] } = { untilMs: -Infinity, bytes: [] }

  constructor(options: ResponderOptions) {
    this.#options = options
  }

  /** Returns the datagram to send back, of at most 1,024 bytes, or 1,400 with an item. */
  respond(query: KrpcQuery, from: Endpoint): Uint8Array {
    const result = this.#handle(query, from)
    const { transaction } = query
    if (isFailure(result)) return encodeFailure(transaction, result[0], result[1], from)
    return encodeResponse(transaction, this.#ownId, result, from)
  }

  get #ownId(): Uint8Array {
    return this.#options.table().ownId
  }

  #handle(query: KrpcQuery, from: Endpoint): Values | Failure {
    switch (query.method) {
      case 'ping':
        return {}
      case 'find_node':
        return this.#findNode(query, from)
      case 'get_peers':
        return this.#getPeers(query, from)
      case 'announce_peer':
        return this.#announcePeer(query, from)
      case 'sample_infohashes':
        return this.#sample(query, from)
      case 'get':
        return this.#get(query, from)
      case 'put':
        return this.#put(query, from)
      default:
        // Unknown queries with a target are answered like find_node, so that lookups of extensions
        // work through nodes without them (libtorrent's DHT extensions, "forward compatibility";
        // BEP 51 relies on it).
        return queryTarget(query)
          ? this.#findNode(query, from)
          : [KRPC_ERRORS.unknownMethod, 'Unknown method']
    }
  }

  #findNode(query: KrpcQuery, from: Endpoint): Values | Failure {
    const target = queryTarget(query)
    return target ? this.#nodes(query, from, target) : missing('target')
  }

  #getPeers(query: KrpcQuery, from: Endpoint): Values | Failure {
    const { store, tokens } = this.#options
    const infoHash = idIn(query.args, 'info_hash')
    if (!infoHash) return missing('info_hash')
    const filters = asInteger(query.args.get('scrape')) === 1 ? store.filters(infoHash) : null
    // BEP 33: the filters leave no room for optional nodes.
    const values: Values = this.#nodes(query, from, infoHash, filters !== null)
    // BEP 33: no token if the announce could not be stored.
    if (store.accepts(infoHash, from.ip)) values.token = tokens.create(from.ip, infoHash)
    if (filters) Object.assign(values, { BFsd: filters.seeds.bytes, BFpe: filters.peers.bytes })
    const noSeeds = asInteger(query.args.get('noseed')) === 1
    const peers = store.peers(infoHash, this.#roomForPeers(query, from, values), noSeeds)
    if (peers.length > 0) values.values = peers
    return values
  }

  #announcePeer(query: KrpcQuery, from: Endpoint): Values | Failure {
    const { store, tokens } = this.#options
    const { args } = query
    const infoHash = idIn(args, 'info_hash')
    if (!infoHash) return missing('info_hash')
    const token = asBytes(args.get('token'))
    if (!token || !tokens.accepts(token, from.ip, infoHash)) {
      return [KRPC_ERRORS.protocol, 'Bad or expired token: get another by get_peers']
    }
    const implied = (asInteger(args.get('implied_port')) ?? 0) !== 0
    const port = implied ? from.port : (asInteger(args.get('port')) ?? 0)
    if (port < 1 || port > 65535) return [KRPC_ERRORS.protocol, 'The port is not 1 to 65535']
    const seed = asInteger(args.get('seed')) === 1
    return store.add(infoHash, from.ip, port, seed) ? {} : [KRPC_ERRORS.server, 'No room for this torrent']
  }

  #sample(query: KrpcQuery, from: Endpoint): Values | Failure {
    const target = idIn(query.args, 'target')
    if (!target) return missing('target')
    const { store, nowMs } = this.#options
    // BEP 51: the subset stays the same for a while, so that frequent queries gain nothing.
    if (nowMs() >= this.#samples.untilMs) {
      this.#samples = { untilMs: nowMs() + SAMPLE_INTERVAL_S * 1000, bytes: store.sample(MAX_SAMPLES) }
    }
    const samples = new Uint8Array(20 * this.#samples.bytes.length)
    for (const [i, hash] of this.#samples.bytes.entries()) samples.set(hash, 20 * i)
    return {
      ...this.#nodes(query, from, target, true),
      interval: SAMPLE_INTERVAL_S,
      num: store.torrentCount,
      samples,
    }
  }

  /** BEP 44, "get message". */
  #get(query: KrpcQuery, from: Endpoint): Values | Failure {
    const { items, tokens } = this.#options
    const target = idIn(query.args, 'target')
    if (!target) return missing('target')
    const item = items.get(target)
    // An item leaves no room for nodes of both families.
    const values: Values = this.#nodes(query, from, target, item !== null)
    values.token = tokens.create(from.ip, target)
    if (!item) return values
    if (isMutable(item)) {
      values.seq = item.seq
      // BEP 44: `seq` of the query: only newer values.
      const known = asSequence(query.args.get('seq'))
      if (known !== undefined && item.seq <= known) return values
      Object.assign(values, { k: item.publicKey, sig: item.signature })
    }
    values.v = new Encoded(item.value)
    this.#fitNodes(query, from, values)
    return values
  }

  /** BEP 44, "put message". */
  #put(query: KrpcQuery, from: Endpoint): Values | Failure {
    const { items, tokens } = this.#options
    const item = readItem(query)
    if (isFailure(item)) return item
    const token = asBytes(query.args.get('token'))
    if (!token || !tokens.accepts(token, from.ip, itemTarget(item))) {
      return [KRPC_ERRORS.protocol, 'Bad or expired token: get another by get']
    }
    const cas = query.args.get('cas')
    // A number that no item can have never matches.
    const refusal = items.put(item, from, cas === undefined ? undefined : (asSequence(cas) ?? -1n))
    return refusal ? ITEM_FAILURES[refusal] : {}
  }

  /** Leaves out the farthest nodes if they do not fit next to an item. */
  #fitNodes(query: KrpcQuery, from: Endpoint, values: Values): void {
    const [key, size] = from.ip.length === 4 ? (['nodes', 26] as const) : (['nodes6', 38] as const)
    const used = encodeResponse(query.transaction, this.#ownId, { ...values, [key]: EMPTY }, from).length
    // Up to two more digits of the length.
    const room = Math.max(0, MAX_SENT_WITH_ITEM_BYTES - used - 2)
    const nodes = values[key] as Uint8Array
    values[key] = nodes.subarray(0, Math.floor(room / size) * size)
  }

  /** BEP 32: the families in `want`, else that of the query. */
  #nodes(query: KrpcQuery, from: Endpoint, target: Uint8Array, ownFamilyOnly = false): Values {
    const own = from.ip.length === 4 ? 4 : 6
    const want = asList(query.args.get('want'))?.map(asText) ?? []
    const families = ([4, 6] as const).filter(family => want.includes(`n${family}`))
    const values: Values = {}
    for (const family of families.length > 0 && !ownFamilyOnly ? families : [own]) {
      const table = family === own ? this.#options.table() : this.#options.otherTable()
      if (table) values[family === 4 ? 'nodes' : 'nodes6'] = compactNodes(table.closest(target, 8, true))
    }
    return values
  }

  /** Returns how many peers fit into the datagram in addition to `values`. */
  #roomForPeers(query: KrpcQuery, from: Endpoint, values: Values): number {
    const used = encodeResponse(query.transaction, this.#ownId, { ...values, values: [] }, from).length
    // Each peer is encoded as `6:` or `18:` and its bytes.
    const size = from.ip.length === 4 ? 8 : 21
    return Math.max(0, Math.min(MAX_PEERS, Math.floor((MAX_SENT_BYTES - used) / size)))
  }
}

const ITEM_FAILURES: Readonly<Record<ItemRefusal, Failure>> = {
  'bad-signature': [KRPC_ERRORS.badSignature, 'Invalid signature'],
  'cas-mismatch': [KRPC_ERRORS.casMismatch, 'The CAS number does not match: get the item again'],
  'old-sequence': [KRPC_ERRORS.oldSequence, 'The sequence number is not greater than the current one'],
  'no-room': [KRPC_ERRORS.server, 'No room for this item'],
}

/** Reads the item of a `put`, as copies. It is mutable if it has a key (BEP 44). */
function readItem({ args, raw }: KrpcQuery): DhtItem | Failure {
  const value = args.has('v') ? raw('v') : undefined
  if (!value) return [KRPC_ERRORS.protocol, 'v is missing']
  if (value.length > MAX_VALUE_BYTES) return [KRPC_ERRORS.valueTooBig, 'v has more than 1,000 bytes']
  if (!isItemValue(value)) return [KRPC_ERRORS.protocol, 'v is not canonically bencoded']
  if (!args.has('k')) return { value: value.slice() }
  const publicKey = asBytes(args.get('k'))
  const signature = asBytes(args.get('sig'))
  const salt = args.has('salt') ? asBytes(args.get('salt')) : new Uint8Array(0)
  const seq = asSequence(args.get('seq'))
  if (publicKey?.length !== PUBLIC_KEY_BYTES || signature?.length !== SIGNATURE_BYTES || !salt) {
    return [KRPC_ERRORS.protocol, 'k of 32 bytes or sig of 64 bytes is missing, or salt is not a string']
  }
  if (salt.length > MAX_SALT_BYTES) return [KRPC_ERRORS.saltTooBig, 'salt has more than 64 bytes']
  if (seq === undefined) return [KRPC_ERRORS.protocol, 'seq of 0 to 2^63 - 1 is missing']
  return {
    value: value.slice(),
    publicKey: publicKey.slice(),
    salt: salt.slice(),
    seq,
    signature: signature.slice(),
  }
}

function queryTarget({ args }: KrpcQuery): Uint8Array | undefined {
  return idIn(args, 'target') ?? idIn(args, 'info_hash')
}

function missing(key: string): Failure {
  return [KRPC_ERRORS.protocol, `${key} of 20 bytes is missing`]
}

function isFailure(result: Values | DhtItem | Failure): result is Failure {
  return Array.isArray(result)
}
