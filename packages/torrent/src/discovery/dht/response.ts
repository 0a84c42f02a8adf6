/** Parsing of KRPC responses. Every field is optional and unverified. */
import { asBytes, asInteger, asList } from '../../bencode/bencode.ts'
import { BLOOM_BYTES } from './bloom.ts'
import { type Contact, type Endpoint, parseCompactEndpoint, parseCompactNodes } from './contact.ts'
import { asSequence, isItemValue, PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './item.ts'
import type { KrpcResponse } from './krpc.ts'
import { ID_BYTES } from './node-id.ts'

/** Longer tokens are ignored. */
const MAX_TOKEN_BYTES = 128
/** BEP 51: 0 to six hours. */
const MAX_SAMPLE_INTERVAL_S = 21_600

/** A response to any query. Its byte strings are copies. */
export interface NodeResponse {
  readonly from: Contact
  readonly token: Uint8Array | undefined
  /** Nodes near the target, by address family (BEP 32). */
  readonly nodes: readonly Contact[]
  readonly nodes6: readonly Contact[]
  readonly peers: readonly Endpoint[]
  /** Bloom filters of 256 bytes (BEP 33). */
  readonly seedFilter: Uint8Array | undefined
  readonly peerFilter: Uint8Array | undefined
  /** Info hashes of 20 bytes each (BEP 51); undefined if the node does not know the query. */
  readonly samples: readonly Uint8Array[] | undefined
  /** Seconds until the node offers other samples, and how many info hashes it holds (BEP 51). */
  readonly sampleIntervalS: number | undefined
  readonly sampleTotal: number | undefined
  /** An item (BEP 44). */
  readonly item: ReceivedItem | undefined
  /** Sequence number of the mutable item that the node has, even if it sent no value (BEP 44). */
  readonly seq: bigint | undefined
}

/** An item as a node sent it: it may have any target, and its signature may be forged. */
interface ReceivedItem {
  /** Bencoded, at most 1,000 bytes. */
  readonly value: Uint8Array
  /** Present if the item is mutable: 32 and 64 bytes. */
  readonly publicKey: Uint8Array | undefined
  readonly signature: Uint8Array | undefined
}

export function readResponse({ id, values, raw }: KrpcResponse, endpoint: Endpoint): NodeResponse {
  const token = asBytes(values.get('token'))
  return {
    from: { ...endpoint, id: id.slice() },
    token: token && token.length <= MAX_TOKEN_BYTES ? token.slice() : undefined,
    nodes: parseCompactNodes(asBytes(values.get('nodes')) ?? EMPTY, 4) ?? [],
    nodes6: parseCompactNodes(asBytes(values.get('nodes6')) ?? EMPTY, 6) ?? [],
    peers: readPeers(values.get('values')),
    seedFilter: sized(asBytes(values.get('BFsd')), BLOOM_BYTES),
    peerFilter: sized(asBytes(values.get('BFpe')), BLOOM_BYTES),
    samples: readSamples(asBytes(values.get('samples'))),
    sampleIntervalS: bounded(asInteger(values.get('interval')), MAX_SAMPLE_INTERVAL_S),
    sampleTotal: bounded(asInteger(values.get('num')), Number.MAX_SAFE_INTEGER),
    item: readItem(values, raw),
    seq: asSequence(values.get('seq')),
  }
}

const EMPTY = new Uint8Array(0)

/** BEP 32: a list may contain both address families. */
function readPeers(value: Parameters<typeof asList>[0]): Endpoint[] {
  const peers: Endpoint[] = []
  for (const item of asList(value) ?? []) {
    const bytes = asBytes(item)
    const peer = bytes && parseCompactEndpoint(bytes)
    if (peer) peers.push(peer)
  }
  return peers
}

function readItem(values: KrpcResponse['values'], raw: KrpcResponse['raw']): ReceivedItem | undefined {
  const value = values.has('v') ? raw('v') : undefined
  if (!value || !isItemValue(value)) return undefined
  return {
    value: value.slice(),
    publicKey: sized(asBytes(values.get('k')), PUBLIC_KEY_BYTES),
    signature: sized(asBytes(values.get('sig')), SIGNATURE_BYTES),
  }
}

function readSamples(bytes: Uint8Array | undefined): Uint8Array[] | undefined {
  if (!bytes || bytes.length % ID_BYTES !== 0) return undefined
  return Array.from({ length: bytes.length / ID_BYTES }, (_, i) =>
    bytes.slice(i * ID_BYTES, (i + 1) * ID_BYTES),
  )
}

function sized(bytes: Uint8Array | undefined, length: number): Uint8Array | undefined {
  return bytes?.length === length ? bytes.slice() : undefined
}

function bounded(value: number | undefined, max: number): number | undefined {
  return value !== undefined && value >= 0 ? Math.min(value, max) : undefined
}
