import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isStunRequest, type StunServer } from '@shoal/torrent/stun'
import { readAddress } from '../base/address.ts'
import { Announce, FAMILY, SwarmCounts } from '../store.ts'
import { callerScope, REFUSED, type Tracker } from '../tracker.ts'
import { ConnectionIds } from './connection-ids.ts'
import {
  ACTION,
  ANNOUNCE_BYTES,
  CONNECT_BYTES,
  isConnect,
  MAX_SCRAPE,
  parsePasskey,
  readAnnounce,
  readHash,
  readOtherAddress,
  readTransfers,
  readUrlData,
  SCRAPE_HEAD_BYTES,
  word,
  writeAnnounce,
  writeError,
  writeScrape,
} from './udp-packets.ts'

/**
 * Maximum number of responses that wait for the system; further ones are dropped, as the network
 * would do.
 */
const MAX_QUEUED = 1000
const BUFFER_BYTES = 2048
const SOCKET_BUFFER_BYTES = 4 << 20

export interface UdpFrontOptions {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** Answers STUN on the same port. */
  readonly stun?: StunServer | undefined
  /** Connection IDs that several processes accept. Default: those of this front. */
  readonly ids?: ConnectionIds | undefined
  /**
   * Whether other processes may listen on the same port; the system spreads clients over them.
   * Default false.
   */
  readonly reusePort?: boolean
}

/**
 * Answers announces and scrapes over UDP (BEP 15, BEP 41). Keeps no state about clients except the
 * peers that they announce.
 */
export class UdpFront {
  readonly #tracker: Tracker
  readonly #socket: Socket
  readonly #stun: StunServer | undefined
  readonly #ids: ConnectionIds
  #announce = new Announce()
  readonly #from = new Int32Array(4)
  #out = new Uint8Array(BUFFER_BYTES)
  #view = new DataView(this.#out.buffer)
  /** Views of the start of #out, by length. */
  readonly #views = new Array<Uint8Array | undefined>(BUFFER_BYTES + 1).fill(undefined)
  #queued = 0
  #isOpen = true

  /** Resolves when it is listening. Rejects with the system's error. */
  static async open(tracker: Tracker, options: UdpFrontOptions): Promise<UdpFront> {
    const isIpv6 = options.host.includes(':')
    const socket = createSocket({
      type: isIpv6 ? 'udp6' : 'udp4',
      ipv6Only: isIpv6,
      ...(options.reusePort && { reusePort: true }),
      // All addresses are literals; the default lookup would cost a turn of the event loop for each
      // response.
      lookup: (host, _options, done) => done(null, host, isIpv6 ? 6 : 4),
    })
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind(options.port, options.host, () => {
        socket.off('error', reject)
        resolve()
      })
    })
    return new UdpFront(tracker, socket, options)
  }

  private constructor(tracker: Tracker, socket: Socket, { stun, ids }: UdpFrontOptions) {
    this.#stun = stun
    this.#tracker = tracker
    this.#socket = socket
    this.#ids = ids ?? new ConnectionIds(tracker.nowMs)
    // Buffers for bursts. The system may grant less.
    try {
      socket.setRecvBufferSize(SOCKET_BUFFER_BYTES)
      socket.setSendBufferSize(SOCKET_BUFFER_BYTES)
    } catch {}
    socket.on('message', (bytes, from) => this.#receive(bytes, from))
    // A send error concerns one client only.
    socket.on('error', () => {})
  }

  get port(): number {
    return this.#socket.address().port
  }

  close(): Promise<void> {
    this.#isOpen = false
    return new Promise(resolve => this.#socket.close(() => resolve()))
  }

  #receive(bytes: Uint8Array, remote: RemoteInfo): void {
    if (bytes.length < CONNECT_BYTES || remote.port === 0) return
    const family = readAddress(remote.address, this.#from)
    if (family === null || this.#tracker.access.isBanned(family, this.#from)) return
    if (isStunRequest(bytes)) return this.#answerStun(bytes, remote)
    const action = word(bytes, 8)
    const transaction = word(bytes, 12)
    if (action === ACTION.connect) {
      if (isConnect(bytes)) this.#connect(family, transaction, remote)
      return
    }
    if (action !== ACTION.announce && action !== ACTION.scrape) return
    // No error message here: the source address may be forged.
    if (!this.#ids.isValid(family, this.#from, word(bytes, 0), word(bytes, 4))) return
    if (!this.#tracker.access.admitsRate(family, this.#from))
      return this.#refuse(transaction, 'often', remote)
    if (action === ACTION.announce) this.#answerAnnounce(bytes, family, transaction, remote)
    else this.#answerScrape(bytes, transaction, remote)
  }

  #answerStun(bytes: Uint8Array, { address, port }: RemoteInfo): void {
    const response = this.#stun?.answer(bytes, address, port)
    if (response && this.#socket.getSendQueueCount() < MAX_QUEUED) this.#socket.send(response, port, address)
  }

  #connect(family: 0 | 1, transaction: number, remote: RemoteInfo): void {
    this.#ids.make(family, this.#from)
    const view = this.#nextBuffer()
    view.setInt32(0, ACTION.connect)
    view.setInt32(4, transaction)
    view.setInt32(8, this.#ids.high)
    view.setInt32(12, this.#ids.low)
    this.#send(16, remote)
  }

  #answerAnnounce(
    bytes: Uint8Array,
    family: 0 | 1,
    transaction: number,
    remote: RemoteInfo,
    isLookedUp = false,
  ): void {
    if (bytes.length < ANNOUNCE_BYTES) return
    const announce = this.#announce
    announce.family = family
    announce.address.set(this.#from)
    announce.scope = callerScope(family, this.#from)
    if (!readAnnounce(bytes, announce)) return this.#fail(transaction, 'The port is 0', remote)
    announce.account = ''
    const { access } = this.#tracker
    if (access.readsPasskeys) {
      const passkey = parsePasskey(readUrlData(bytes))
      const refusal = access.passkeyRefusal(passkey, family, this.#from)
      if (refusal === 'unknown' && !isLookedUp)
        return this.#lookUp(
          passkey!,
          () => this.#answerAnnounce(bytes, family, transaction, remote, true),
          remote,
        )
      if (refusal !== null) return this.#refuse(transaction, refusal, remote)
      if (passkey !== null && readTransfers(bytes, announce))
        announce.account = access.accounts?.find(passkey) ?? ''
    }
    const other = readOtherAddress(bytes)
    if (other !== 0 && family === FAMILY.ipv4 && this.#tracker.access.isTrusted(family, this.#from))
      announce.address[0] = other
    const pending = this.#tracker.announce(announce, 'udp')
    if (pending === undefined) return this.#sendAnnounce(announce, transaction, remote)
    this.#announce = new Announce()
    void pending.then(() => this.#sendAnnounce(announce, transaction, remote))
  }

  /** Answers when the account of the passkey is known. */
  #lookUp(passkey: string, answer: () => void, { address }: RemoteInfo): void {
    void this.#tracker.access.accounts?.lookUp(passkey).then(() => {
      if (!this.#isOpen) return
      readAddress(address, this.#from)
      answer()
    })
  }

  #sendAnnounce(announce: Announce, transaction: number, remote: RemoteInfo): void {
    if (!this.#isOpen) return
    if (announce.failure !== '') return this.#fail(transaction, announce.failure, remote)
    const view = this.#nextBuffer()
    this.#send(writeAnnounce(view, this.#out, transaction, announce), remote)
  }

  #answerScrape(bytes: Uint8Array, transaction: number, remote: RemoteInfo): void {
    if (this.#tracker.access.isPrivate) return this.#refuse(transaction, 'passkey', remote)
    this.#tracker.counters.udp.scrapes++
    const hashes = Math.min(MAX_SCRAPE, Math.floor((bytes.length - SCRAPE_HEAD_BYTES) / 20))
    const all: SwarmCounts[] = []
    const pending: Promise<void>[] = []
    for (let at = 0; at < hashes; at++) {
      const counts = new SwarmCounts()
      readHash(bytes, SCRAPE_HEAD_BYTES + 20 * at, counts.hash)
      all.push(counts)
      const waits = this.#tracker.scrape(counts)
      if (waits !== undefined) pending.push(waits)
    }
    if (pending.length === 0) this.#sendScrape(all, transaction, remote)
    else void Promise.all(pending).then(() => this.#sendScrape(all, transaction, remote))
  }

  /** Fails if one of the counts is missing, since clients would take it for zero. */
  #sendScrape(all: readonly SwarmCounts[], transaction: number, remote: RemoteInfo): void {
    if (!this.#isOpen) return
    const failed = all.find(({ failure }) => failure !== '')
    if (failed) return this.#fail(transaction, failed.failure, remote)
    if (this.#socket.getSendQueueCount() < MAX_QUEUED)
      this.#socket.send(writeScrape(transaction, all), remote.port, remote.address)
  }

  #refuse(transaction: number, reason: keyof typeof REFUSED, remote: RemoteInfo): void {
    this.#tracker.counters.udp.refused++
    this.#fail(transaction, REFUSED[reason], remote)
  }

  #fail(transaction: number, message: string, remote: RemoteInfo): void {
    const view = this.#nextBuffer()
    this.#send(writeError(view, this.#out, transaction, message), remote)
  }

  /** Returns the buffer for the next response: the last one, unless it is still being sent. */
  #nextBuffer(): DataView {
    this.#queued = this.#socket.getSendQueueCount()
    if (this.#queued > 0) {
      this.#views.fill(undefined)
      this.#out = new Uint8Array(BUFFER_BYTES)
      this.#view = new DataView(this.#out.buffer)
    }
    return this.#view
  }

  #send(length: number, { port, address }: RemoteInfo): void {
    if (this.#queued >= MAX_QUEUED) return
    this.#views[length] ??= this.#out.subarray(0, length)
    this.#socket.send(this.#views[length], port, address)
  }
}
