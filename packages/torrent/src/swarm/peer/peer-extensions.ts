import { offeredExtensions } from '#offered-extensions'
import { parseIp } from '../../base/ip.ts'
import type { RequestWindow } from '../../pieces/request-window.ts'
import {
  type ExtensionIds,
  type ExtensionName,
  encodeExtendedHandshake,
  mergeExtensions,
  parseExtendedHandshake,
} from '../../wire/extensions/extended-handshake.ts'
import { encodeDontHave, encodeUploadOnly } from '../../wire/extensions/small-extensions.ts'
import {
  encodeMetadataData,
  encodeMetadataReject,
  encodeMetadataRequest,
} from '../../wire/extensions/ut-metadata.ts'
import type { SwarmState } from '../swarm-state.ts'
import type { PeerFlags } from './peer-flags.ts'
import type { PeerLink } from './peer-link.ts'
import { MAX_REQUESTS_QUEUED } from './peer-upload.ts'

/**
 * Maximum amount of metadata that one peer may request, as a multiple of its size, so that it
 * cannot make us send it endlessly.
 */
const METADATA_SENDS = 2
const METADATA_BLOCK_BYTES = 16 * 1024

/** The extension protocol with one peer (BEP 10): its announcements, and our messages. */
export class PeerExtensions {
  client: string | undefined
  metadataSize: number | undefined
  /** Requests that the peer queues; more would be dropped. 250 (BEP 10) if it does not say. */
  requestQueue = 250
  /** Port on which it accepts connections. */
  listenPort: number | undefined
  /** Whether it has announced what it supports. */
  hasGreeted = false
  readonly #swarm: SwarmState
  readonly #link: PeerLink
  readonly #flags: PeerFlags
  readonly #window: RequestWindow
  #ids: ExtensionIds = {}
  #metadataBytesSent = 0
  #saidUploadOnly = false

  constructor(swarm: SwarmState, link: PeerLink, flags: PeerFlags, window: RequestWindow) {
    this.#swarm = swarm
    this.#link = link
    this.#flags = flags
    this.#window = window
    window.limit(this.requestQueue)
  }

  supports(name: ExtensionName): boolean {
    return this.#ids[name] !== undefined
  }

  /** `hidesState`: we super-seed, and do not announce that we download nothing. */
  sendHandshake(hidesState = false): void {
    const { context, transfer } = this.#swarm
    const uploadOnly = this.#swarm.uploadOnly && !hidesState
    const { remote, dialableAddress } = this.#link.connection
    // If the other side cannot be dialed, the address at which it sees us cannot either.
    const port = dialableAddress ? context.ports.for(remote.host) : 0
    this.#saidUploadOnly = uploadOnly
    this.#link.out.extended(
      0,
      encodeExtendedHandshake({
        extensions: offeredExtensions(this.#swarm, dialableAddress),
        ...(context.userAgent === '' ? {} : { client: context.userAgent }),
        requestQueue: MAX_REQUESTS_QUEUED,
        ...(port > 0 ? { port } : {}),
        ...(parseIp(remote.host) && !context.isAnonymous ? { yourIp: remote.host } : {}),
        ...(transfer ? { metadataSize: transfer.info.bytes.length } : {}),
        ...(uploadOnly ? { uploadOnly: true } : {}),
      }),
    )
  }

  /** Applies the peer's handshake. Returns its listening port, if the handshake contains one. */
  onHandshake(payload: Uint8Array): number | undefined {
    const handshake = parseExtendedHandshake(payload)
    this.#ids = mergeExtensions(this.#ids, handshake.extensions)
    this.hasGreeted = true
    this.client = handshake.client ?? this.client
    this.#flags.uploadOnly = handshake.uploadOnly ?? this.#flags.uploadOnly
    this.requestQueue = handshake.requestQueue ?? this.requestQueue
    this.#window.limit(this.requestQueue)
    this.listenPort = handshake.port ?? this.listenPort
    const { remote } = this.#link.connection
    if (handshake.yourIp !== undefined) this.#swarm.context.ownAddresses.vote(remote.host, handshake.yourIp)
    this.metadataSize = handshake.metadataSize ?? this.metadataSize
    return handshake.port
  }

  sendDontHave(piece: number): void {
    this.send('lt_donthave', encodeDontHave(piece))
  }

  /** Notifies the peer if we start or stop downloading (BEP 21). */
  sendUploadOnly(): void {
    const { uploadOnly } = this.#swarm
    if (uploadOnly === this.#saidUploadOnly) return
    this.#saidUploadOnly = uploadOnly
    this.send('upload_only', encodeUploadOnly(uploadOnly))
  }

  requestMetadata(block: number): void {
    this.send('ut_metadata', encodeMetadataRequest(block))
  }

  /** Sends a block of the metadata (BEP 9), or rejects the request. */
  answerMetadata(block: number): void {
    const bytes = this.#swarm.transfer?.info.bytes
    const isKnown = bytes !== undefined && block * METADATA_BLOCK_BYTES < bytes.length
    if (!isKnown || this.#metadataBytesSent > METADATA_SENDS * bytes.length)
      return this.send('ut_metadata', encodeMetadataReject(block))
    const answer = encodeMetadataData(block, bytes)
    this.#metadataBytesSent += answer.length
    this.send('ut_metadata', answer)
  }

  /** Sends a message, if the peer supports its extension. */
  send(name: ExtensionName, payload: Uint8Array): void {
    const id = this.#ids[name]
    if (id !== undefined) this.#link.out.extended(id, payload)
  }
}
