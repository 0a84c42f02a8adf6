import { formatHostPort, parseIp } from '../base/ip.ts'
import type { Connection } from '../transport/transport.ts'
import {
  type ExtensionIds,
  type ExtensionName,
  encodeExtendedHandshake,
  mergeExtensions,
  OUR_EXTENSION_IDS,
  parseExtendedHandshake,
} from '../wire/extensions/extended-handshake.ts'
import {
  encodeDontHave,
  encodeUploadOnly,
  parseDontHave,
  parseUploadOnly,
} from '../wire/extensions/small-extensions.ts'
import {
  encodeMetadataData,
  encodeMetadataReject,
  encodeMetadataRequest,
  parseMetadataMessage,
} from '../wire/extensions/ut-metadata.ts'
import {
  encodePex,
  MAX_PEX_PEERS,
  PEX_INTERVAL_MS,
  PexFlag,
  type PexPeer,
  parsePex,
} from '../wire/extensions/ut-pex.ts'
import type { Peer } from './peer.ts'
import { MAX_REQUESTS_QUEUED } from './peer-upload.ts'

/** Metadata blocks that one peer may ask for: twice the metadata, so that nobody is made to send for ever. */
const METADATA_SENDS = 2
/** How often we look for something to tell when there was nothing. */
const PEX_LOOK_MS = 5000
/** Peer exchange messages are taken at most this often (BEP 11: once a minute; clocks differ). */
const PEX_LEAST_MS = PEX_INTERVAL_MS * 0.75

/** What one peer and we say in extension messages (BEP 10). */
export class PeerExtensions {
  client: string | undefined
  metadataSize: number | undefined
  uploadOnly = false
  /** Requests that the peer queues; more would be dropped. 250 (BEP 10) for those that do not say. */
  requestQueue = 250
  /** Port it accepts connections on. */
  listenPort: number | undefined
  readonly #peer: Peer
  #ids: ExtensionIds = {}
  #pexDueMs = Number.NEGATIVE_INFINITY
  #pexReceivedMs = Number.NEGATIVE_INFINITY
  /** What the peer knows of our connections, by address. */
  #pexTold = new Map<string, PexPeer>()
  #metadataBytesSent = 0
  #saidUploadOnly = false

  constructor(peer: Peer) {
    this.#peer = peer
    peer.download.window.limit(this.requestQueue)
  }

  supports(name: ExtensionName): boolean {
    return this.#ids[name] !== undefined
  }

  sendHandshake(): void {
    const { host, link } = this.#peer
    const { ut_pex: _, ...others } = OUR_EXTENSION_IDS
    const seen = link.connection.remote.host
    this.#saidUploadOnly = host.uploadOnly
    link.out.extended(
      0,
      encodeExtendedHandshake({
        extensions: host.exchangesPeers ? OUR_EXTENSION_IDS : others,
        client: host.userAgent,
        requestQueue: MAX_REQUESTS_QUEUED,
        ...(host.listenPort > 0 && !isSignalled(link.connection) ? { port: host.listenPort } : {}),
        ...(parseIp(seen) ? { yourIp: seen } : {}),
        ...(host.transfer ? { metadataSize: host.transfer.info.bytes.length } : {}),
        ...(host.uploadOnly ? { uploadOnly: true } : {}),
      }),
    )
  }

  sendDontHave(piece: number): void {
    this.#send('lt_donthave', encodeDontHave(piece))
  }

  /** Tells the peer whether we download nothing more (BEP 21), if that is news. */
  sendUploadOnly(): void {
    const { uploadOnly } = this.#peer.host
    if (uploadOnly === this.#saidUploadOnly) return
    this.#saidUploadOnly = uploadOnly
    this.#send('upload_only', encodeUploadOnly(uploadOnly))
  }

  requestMetadata(block: number): void {
    this.#send('ut_metadata', encodeMetadataRequest(block))
  }

  onMessage(id: number, payload: Uint8Array): void {
    switch (id) {
      case 0:
        return this.#onHandshake(payload)
      case OUR_EXTENSION_IDS.ut_metadata:
        return this.#onMetadata(payload)
      case OUR_EXTENSION_IDS.ut_pex:
        return this.#onPex(payload)
      case OUR_EXTENSION_IDS.lt_donthave:
        return this.#peer.onDontHave(parseDontHave(payload))
      case OUR_EXTENSION_IDS.upload_only:
        this.uploadOnly = parseUploadOnly(payload)
        return this.#peer.checkUse()
    }
  }

  /** Once a second: tells the peer of others, once a minute (BEP 11). */
  tick(now: number): void {
    const { host } = this.#peer
    if (!host.exchangesPeers || !this.supports('ut_pex')) return
    if (now < this.#pexDueMs) return
    const message = this.#pexChanges()
    this.#pexDueMs = now + (message ? PEX_INTERVAL_MS : PEX_LOOK_MS)
    if (!message) return
    this.#send('ut_pex', message)
  }

  #send(name: ExtensionName, payload: Uint8Array): void {
    const id = this.#ids[name]
    if (id !== undefined) this.#peer.link.out.extended(id, payload)
  }

  #onHandshake(payload: Uint8Array): void {
    const handshake = parseExtendedHandshake(payload)
    const { host } = this.#peer
    this.#ids = mergeExtensions(this.#ids, handshake.extensions)
    this.client = handshake.client ?? this.client
    this.uploadOnly = handshake.uploadOnly ?? this.uploadOnly
    if (handshake.requestQueue !== undefined) this.requestQueue = handshake.requestQueue
    this.#peer.download.window.limit(this.requestQueue)
    if (handshake.port !== undefined) {
      this.listenPort = handshake.port
      host.onListenPort(this.#peer, handshake.port)
    }
    if (handshake.metadataSize !== undefined) this.metadataSize = handshake.metadataSize
    if (!host.transfer) host.metadata.onPeerReady(this.#peer)
    this.#peer.checkUse()
  }

  #onMetadata(payload: Uint8Array): void {
    const message = parseMetadataMessage(payload)
    const { host } = this.#peer
    if (message.type === 'request') this.#answerMetadata(message.piece)
    else if (message.type === 'reject') host.metadata.onReject(this.#peer, message.piece)
    else if (message.type === 'data')
      host.metadata.onData(this.#peer, message.piece, message.totalSize, message.block)
  }

  #answerMetadata(piece: number): void {
    const bytes = this.#peer.host.transfer?.info.bytes
    const known = bytes !== undefined && piece * 16384 < bytes.length
    if (!known || this.#metadataBytesSent > METADATA_SENDS * bytes.length)
      return this.#send('ut_metadata', encodeMetadataReject(piece))
    const answer = encodeMetadataData(piece, bytes)
    this.#metadataBytesSent += answer.length
    this.#send('ut_metadata', answer)
  }

  #onPex(payload: Uint8Array): void {
    const { host, clock } = this.#peer
    const now = clock.nowMs()
    if (!host.exchangesPeers || now - this.#pexReceivedMs < PEX_LEAST_MS) return
    this.#pexReceivedMs = now
    host.onPexPeers(this.#peer, parsePex(payload).added)
  }

  /** What changed since we last told the peer, or null. */
  #pexChanges(): Uint8Array | null {
    const current = new Map(
      this.#peer.host.pexPeers().map(peer => [formatHostPort(peer.host, peer.port), peer]),
    )
    current.delete(this.#ownAddress())
    const added = [...current].filter(([address]) => !this.#pexTold.has(address)).slice(0, MAX_PEX_PEERS)
    const dropped = [...this.#pexTold].filter(([address]) => !current.has(address)).slice(0, MAX_PEX_PEERS)
    for (const [address, peer] of added) this.#pexTold.set(address, peer)
    for (const [address] of dropped) this.#pexTold.delete(address)
    if (added.length === 0 && dropped.length === 0) return null
    return encodePex({ added: added.map(([, peer]) => peer), dropped: dropped.map(([, peer]) => peer) })
  }

  #ownAddress(): string {
    const { host, port } = this.#peer.link.connection.remote
    return formatHostPort(host, this.#peer.link.connection.incoming ? (this.listenPort ?? port) : port)
  }
}

/** The peers that others may be told of: those whose listening port is known. */
export function pexPeersOf(peers: Iterable<Peer>): PexPeer[] {
  const list: PexPeer[] = []
  for (const peer of peers) {
    const { remote, incoming } = peer.link.connection
    if (isSignalled(peer.link.connection)) continue
    const port = incoming ? peer.extensions.listenPort : remote.port
    if (port === undefined) continue
    const flags =
      (peer.encrypted ? PexFlag.prefersEncryption : 0) |
      (peer.uploadOnly ? PexFlag.uploadOnly : 0) |
      (incoming ? 0 : PexFlag.reachable)
    list.push({ host: remote.host, port, flags })
  }
  return list
}

/** The peer has no address that others could dial: where it is seen may be a relay. */
function isSignalled({ kind }: Connection): boolean {
  return kind === 'webrtc'
}
