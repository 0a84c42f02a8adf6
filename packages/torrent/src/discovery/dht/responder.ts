import { asBytes, asInteger, asList, asText, type BencodeInput } from '../../bencode/bencode.ts'
import { compactNodes, type Endpoint } from './contact.ts'
import { encodeFailure, encodeResponse, idIn, KRPC_ERRORS, type KrpcQuery, MAX_SENT_BYTES } from './krpc.ts'
import type { PeerStore } from './peer-store.ts'
import type { RoutingTable } from './routing-table.ts'
import type { Tokens } from './tokens.ts'

/** BEP 51: how long a set of samples stays the same, in seconds. */
const SAMPLE_INTERVAL_S = 300
const MAX_SAMPLES = 20
/** A lookup queries eight nodes or more, so it needs no more peers from one. */
const MAX_PEERS = 100

type Values = Record<string, BencodeInput | undefined>
type Failure = readonly [code: number, message: string]

export interface ResponderOptions {
  readonly table: () => RoutingTable
  /** Returns the table of the other address family, for `want` (BEP 32), or null if there is none. */
  readonly otherTable: () => RoutingTable | null
  readonly store: PeerStore
  readonly tokens: Tokens
  readonly nowMs: () => number
}

/** Composes responses to queries (BEP 5, 32, 33, 51). Does no I/O. */
export class Responder {
  readonly #options: ResponderOptions
  #samples: { untilMs: number; bytes: readonly Uint8Array[] } = { untilMs: -Infinity, bytes: [] }

  constructor(options: ResponderOptions) {
    this.#options = options
  }

  /** Returns the datagram to send back, of at most 1,024 bytes. */
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
      default:
        // Unknown queries with a target are answered like find_node, so that lookups of extensions work through nodes without them
        // (libtorrent's DHT extensions, "forward compatibility"; BEP 51 relies on it).
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

function queryTarget({ args }: KrpcQuery): Uint8Array | undefined {
  return idIn(args, 'target') ?? idIn(args, 'info_hash')
}

function missing(key: string): Failure {
  return [KRPC_ERRORS.protocol, `${key} of 20 bytes is missing`]
}

function isFailure(result: Values | Failure): result is Failure {
  return Array.isArray(result)
}
