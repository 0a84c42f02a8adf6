/**
 * A persistent HTTP/1.1 connection. Not `node:http`, which allocates a buffer and wakes a stream
 * for each read: that costs ten times the processor time of this class, and more than hashing the
 * bytes.
 */

import { connect as netConnect, type Socket, type TcpNetConnectOpts } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { messageOf, ShoalError } from '../../base/errors.ts'
import { adoptHandle } from '../adopt.node.ts'
import { InputShare } from '../input-budget.ts'
import { readBuffer } from '../read-buffer.node.ts'
import type { ResolvedAddress } from '../resolve.ts'
import { BodyReader } from './body-reader.ts'
import { HeadReader, type ResponseHead } from './response-head.ts'

/** Receives the response to a request. Calls come from the event loop. */
export interface ExchangeHandler {
  /** The response starts. Returns false to reject its body, which closes the connection. */
  onHead(head: ResponseHead): boolean
  onBody(bytes: Uint8Array): void
  /** The response is complete; the connection is free for the next request, or closed. */
  onDone(): void
  /** The connection failed before that. `answered`: whether any byte of the response arrived. */
  onFailure(error: ShoalError, answered: boolean): void
}

export interface HttpEndpoint {
  readonly secure: boolean
  /** Name or IP literal, for the certificate and for messages. */
  readonly hostname: string
  readonly port: number
  /** IP address to connect to. */
  readonly address: ResolvedAddress
  /** An open connection to use instead, of which nothing has been read. */
  readonly socket?: Socket
  /** Trusted certificates in place of the system's. */
  readonly ca?: string
}

export class HttpConnection {
  /**
   * Whether it has carried a response: then the server may close it at any time, and a request
   * interrupted by that is sent again.
   */
  used = false
  readonly #socket: Socket
  readonly #label: string
  readonly #onClosed: () => void
  #handler: ExchangeHandler | null = null
  #head = new HeadReader()
  #body: BodyReader | null = null
  readonly #share = new InputShare()
  #isPaused = false
  #error: unknown
  #closed = false

  constructor(endpoint: HttpEndpoint, onClosed: () => void) {
    this.#label = endpoint.hostname
    this.#onClosed = onClosed
    this.#socket = openSocket(endpoint, bytes => this.#received(bytes))
    this.#socket.setNoDelay(true)
    this.#socket.on('error', error => {
      this.#error = error
    })
    this.#socket.on('end', () => this.#socket.destroy())
    this.#socket.on('close', () => this.#gone())
  }

  /** Whether it is closed or about to be. */
  get isClosed(): boolean {
    return this.#closed || this.#socket.destroyed
  }

  /** Whether the body of the current response ends with the connection. */
  get isOpenEnded(): boolean {
    return this.#body?.framing === 'close'
  }

  get isBusy(): boolean {
    return this.#handler !== null
  }

  /** Sends one request. Call only if it is not busy. */
  request(head: string, handler: ExchangeHandler): void {
    this.#handler = handler
    this.#head = new HeadReader()
    this.#body = null
    this.#socket.write(head, 'latin1')
  }

  pause(): void {
    this.#isPaused = true
    this.#socket.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#readOn()
  }

  /** Closes the connection. Pending requests receive no more calls. */
  close(): void {
    this.#handler = null
    this.#socket.destroy()
  }

  /** Receives bytes from the socket. Returns false to stop reading. */
  #received(bytes: Uint8Array): boolean {
    if (!this.#handler) {
      // No request is pending.
      this.close()
      return false
    }
    try {
      this.#share.spend(() => this.#read(bytes))
    } catch (error) {
      this.#error = error
      this.#socket.destroy()
      return false
    }
    if (this.#isPaused) return false
    if (!this.#share.isUsed) return true
    this.#share.wait(this.#readOn)
    return false
  }

  readonly #readOn = () => {
    if (!this.#closed && !this.#isPaused && !this.#share.isWaiting) this.#socket.resume()
  }

  #read(bytes: Uint8Array): void {
    let at = 0
    if (!this.#body) {
      at = this.#head.push(bytes)
      const { head } = this.#head
      if (!head) return
      this.#body = new BodyReader(head)
      this.used = true
      if (!this.#handler!.onHead(head)) {
        this.close()
        return
      }
    }
    at += this.#body.push(bytes.subarray(at), this.#deliver)
    if (this.#handler && this.#body.isDone) this.#finish(at < bytes.length)
  }

  readonly #deliver = (bytes: Uint8Array) => this.#handler?.onBody(bytes)

  #finish(surplus: boolean): void {
    const handler = this.#handler!
    this.#handler = null
    const head = this.#head.head!
    const stays = head.persistent && !/\bclose\b/i.test(head.headers.get('connection') ?? '')
    // Bytes after the response belong to no request.
    if (surplus || !stays) this.close()
    handler.onDone()
  }

  #gone(): void {
    if (this.#closed) return
    this.#closed = true
    this.#onClosed()
    const handler = this.#handler
    this.#handler = null
    if (!handler) return
    // A body without a stated length ends with the connection (RFC 9112, 6.3).
    if (this.#body?.framing === 'close' && this.#error === undefined) handler.onDone()
    else handler.onFailure(this.#failure(), this.#head.begun)
  }

  #failure(): ShoalError {
    const cause = this.#error
    if (cause instanceof ShoalError) return cause
    const code =
      (cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED' ? 'refused' : 'unreachable'
    const why = cause === undefined ? 'it closed the connection too early' : messageOf(cause)
    return new ShoalError(code, `${this.#label}: ${why}`, { cause })
  }
}

function openSocket(endpoint: HttpEndpoint, received: (bytes: Uint8Array) => boolean): Socket {
  const { address, port, secure, hostname, socket, ca } = endpoint
  const buffer = readBuffer()
  const onread = { buffer, callback: (length: number) => received(buffer.subarray(0, length)) }
  const place = socket ? {} : { host: address.host, port }
  if (!secure)
    return socket ? adopt(socket, { onread }) : netConnect({ onread, ...place } as TcpNetConnectOpts)
  // RFC 6066, 3: IP literals are not valid server names.
  const servername = /^[\d.]+$|:/.test(hostname) ? '' : hostname
  const stream = tlsConnect({
    ...(socket ? { socket } : { onread }),
    ...place,
    servername,
    // The certificate must be valid for this host, even if it is an IP literal.
    host: address.host,
    ALPNProtocols: ['http/1.1'],
    ...(ca !== undefined && { ca }),
  })
  // Node ignores `onread` for TLS over an existing socket.
  if (socket)
    stream.on('data', bytes => {
      if (!received(bytes)) stream.pause()
    })
  return stream
}

function adopt(socket: Socket, options: object): Socket {
  const adopted = adoptHandle(socket, options)
  if (adopted && socket.readableLength === 0) return adopted
  adopted?.destroy()
  throw new ShoalError('bad-message', 'the server sent bytes before it was asked')
}
