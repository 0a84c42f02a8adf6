import { latin1 } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { BencodeInput } from '../../bencode/bencode.ts'
import type { DatagramSocket } from '../../transport/datagram.ts'
import { type Endpoint, familyOf, mayAnswer, toEndpoint } from './contact.ts'
import {
  encodeFailure,
  encodeQuery,
  KRPC_ERRORS,
  type KrpcFailure,
  type KrpcQuery,
  type KrpcResponse,
  parseMessage,
} from './krpc.ts'
import { type NodeResponse, readResponse } from './response.ts'

/** Nodes that answer do so within a second or two. */
const TIMEOUT_MS = 5000
/** Random, so that responses can be forged only by someone who sees our queries. */
const TRANSACTION_BYTES = 4
const MAX_PENDING = 2048

/** Arguments of a query, by name. */
export type QueryArgs = Readonly<Record<string, BencodeInput | undefined>>

export interface RpcOptions {
  readonly socket: DatagramSocket
  readonly clock: Clock
  readonly random: Random
  /** Answer no queries (BEP 43). */
  readonly readOnly: boolean
  /** Returns our current node ID. */
  ownId(): Uint8Array
  /** Returns the bytes to send back, or null to send nothing. */
  onQuery(query: KrpcQuery, from: Endpoint): Uint8Array | null
  /** Returns true if a malformed query may be answered with an error. */
  mayRefuse(from: Endpoint): boolean
  /** Receives a response from the address that was queried. */
  onAnswer(answer: NodeResponse, seenIp: Uint8Array | undefined): void
}

interface Pending {
  readonly to: Endpoint
  readonly finish: (result: NodeResponse | Error) => void
}

/** An error message that a node answered with (BEP 5, "Errors"). */
export class KrpcError extends ShoalError {
  readonly krpcCode: number

  constructor(krpcCode: number, message: string) {
    super('bad-message', message)
    this.krpcCode = krpcCode
  }
}

/** Queries and their answers over one socket (BEP 5, "KRPC Protocol"). */
export class Rpc {
  readonly #options: RpcOptions
  readonly #pending = new Map<string, Pending>()
  #closed = false

  constructor(options: RpcOptions) {
    this.#options = options
    options.socket.onMessage = (bytes, host, port) => this.#receive(bytes, host, port)
  }

  /**
   * Queries a node. Rejects with a ShoalError (`timeout` after five seconds, `bad-message` if it
   * answers with an error, `unreachable`, `closed`) or with the signal's reason.
   */
  query(to: Endpoint, method: string, args: QueryArgs, signal?: AbortSignal): Promise<NodeResponse> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.#closed) return Promise.reject(new ShoalError('closed', 'The DHT node is closed'))
    if (to.ip.length > 0 && familyOf(to.ip) !== this.#options.socket.family) {
      return Promise.reject(
        new ShoalError('unreachable', `${to.host} is not in this DHT node's address family`),
      )
    }
    if (this.#pending.size >= MAX_PENDING) {
      return Promise.reject(new ShoalError('unreachable', 'Too many DHT queries at once: ask fewer'))
    }
    return new Promise((resolve, reject) => {
      const { clock, socket, ownId, readOnly } = this.#options
      const transaction = this.#newTransaction()
      const key = latin1(transaction)
      const finish = (result: NodeResponse | Error) => {
        this.#pending.delete(key)
        cancel()
        signal?.removeEventListener('abort', abort)
        if (result instanceof Error) reject(result)
        else resolve(result)
      }
      const abort = () => finish(asError(signal?.reason))
      const cancel = clock.after(TIMEOUT_MS, () =>
        finish(new ShoalError('timeout', `The DHT node ${to.host} port ${to.port} did not answer in time`)),
      )
      signal?.addEventListener('abort', abort, { once: true })
      this.#pending.set(key, { to, finish })
      const bytes = encodeQuery(transaction, method, ownId(), args, readOnly)
      socket.send(bytes, to.host, to.port, error => this.#pending.get(key)?.finish(error))
    })
  }

  /** Rejects all pending queries with `closed`. Does not close the socket. */
  close(): void {
    this.#closed = true
    this.#options.socket.onMessage = null
    for (const { finish } of [...this.#pending.values()]) {
      finish(new ShoalError('closed', 'The DHT node was closed'))
    }
  }

  #receive(bytes: Uint8Array, host: string, port: number): void {
    const from = toEndpoint(host, port)
    if (!from) return
    const message = parseMessage(bytes)
    if (message.kind === 'query') this.#answerQuery(message, from)
    else if (message.kind === 'refused') this.#refuse(message.transaction, message.why, from)
    else this.#settle(message, from)
  }

  #answerQuery(query: KrpcQuery, from: Endpoint): void {
    // BEP 43: a read-only node does not answer.
    if (this.#options.readOnly) return
    const bytes = this.#options.onQuery(query, from)
    if (bytes) this.#options.socket.send(bytes, from.host, from.port)
  }

  #refuse(transaction: Uint8Array | undefined, why: string, from: Endpoint): void {
    if (!transaction || this.#options.readOnly || !this.#options.mayRefuse(from)) return
    const bytes = encodeFailure(transaction, KRPC_ERRORS.protocol, why, from)
    this.#options.socket.send(bytes, from.host, from.port)
  }

  #settle(message: KrpcResponse | KrpcFailure, from: Endpoint): void {
    const pending = this.#pending.get(latin1(message.transaction))
    // The address, port and transaction must all match the query.
    if (!pending || !mayAnswer(from, pending.to)) return
    if (message.kind === 'error') {
      const text = `The DHT node ${from.host} port ${from.port} refused: ${message.code} ${message.message}`
      pending.finish(new KrpcError(message.code, text))
      return
    }
    const answer = readResponse(message, from)
    this.#options.onAnswer(answer, message.seenIp)
    pending.finish(answer)
  }

  #newTransaction(): Uint8Array {
    for (;;) {
      const transaction = this.#options.random.bytes(TRANSACTION_BYTES)
      if (!this.#pending.has(latin1(transaction))) return transaction
    }
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new ShoalError('cancelled', 'The query was cancelled')
}
