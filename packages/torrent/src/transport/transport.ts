/**
 * The contract of transports: byte pipes to other peers. Code above a `Connection` never checks
 * its kind; it uses the properties that the connection states (`isSecure`, `dialableAddress`).
 */

export type TransportKind = 'tcp' | 'utp' | 'webrtc' | 'libp2p' | 'onion' | 'memory'

/**
 * The address of a peer: an IP address (never a name) and a port, or an address in a transport's
 * own notation.
 */
export interface PeerAddress {
  /**
   * An IPv4 or IPv6 literal without brackets, in lower case; or, for a transport without IP
   * addresses, an address in its own notation. Limits, bans and statistics compare it as text, so
   * it must identify the peer's machine.
   */
  readonly host: string
  /** 1 to 65535; 0 if the transport has no ports. */
  readonly port: number
  /** The only transport that can reach the address; absent if any can. Required if `port` is 0. */
  readonly kind?: TransportKind
}

/**
 * Receives the events of a connection. Every call comes from the event loop, never from inside a
 * call to the connection.
 */
export interface ConnectionHandler {
  /**
   * Bytes arrived, in order. The view is only valid during the call: copy bytes that are needed
   * longer. During the call it belongs to the handler, which may change it in place (to decrypt
   * it).
   */
  onData(bytes: Uint8Array): void
  /** `bufferedBytes` fell to zero after it had been above. */
  onDrain(): void
  /**
   * The connection ended. Called once, as the last event; without an error if the other side ended
   * it or `close` was called.
   */
  onClose(error?: Error): void
}

/** An open, ordered, reliable, two-way pipe of bytes with back-pressure. */
export interface Connection {
  readonly kind: TransportKind
  /**
   * The address of the other end. For a peer whose address is unknown, a made-up `host` that no
   * other connection has.
   */
  readonly remote: PeerAddress
  /** Whether the other side opened it. */
  readonly incoming: boolean
  /**
   * Whether the transport encrypts the bytes itself, so that encrypting them again (MSE) adds
   * nothing.
   */
  readonly isSecure: boolean
  /**
   * The address at which we and others can dial this peer; null if that is impossible, because the
   * connection was signaled or relayed. `port` is 0 if the transport has ports but the peer has not
   * announced its listening port (an incoming TCP connection).
   */
  readonly dialableAddress: PeerAddress | null
  /**
   * A hash known only to the two ends of this connection: of its secret, or of the keys that
   * secure it. A man in the middle with a secured connection to each end would have two. Absent if
   * the connection is not secured.
   */
  channelBinding?: Uint8Array | undefined
  /**
   * Number of bytes passed to `write` that the pipe has not accepted yet. Writers should stop
   * while it is high.
   */
  readonly bufferedBytes: number
  /**
   * Starts delivery; nothing is read before. A second call replaces the handler (at the end of a
   * handshake, say).
   */
  start(handler: ConnectionHandler): void
  /**
   * Queues bytes. All writes of one turn of the event loop leave together. The bytes must not
   * change until they have left or the pipe has closed; then `onSent` is called, once.
   */
  write(bytes: Uint8Array, onSent?: () => void): void
  /**
   * Stops the delivery of data until `resume`. The pipe's own flow control slows the other side.
   */
  pause(): void
  resume(): void
  /** Ends the pipe, after sending queued bytes if `graceful`. Safe to call twice. */
  close(graceful?: boolean): void
}

/** Options for dialing an address. */
export interface DialOptions {
  readonly signal: AbortSignal
  /** Kinds of transports that are not used, in Node only. */
  readonly without?: readonly string[] | undefined
}

/** Accepts connections until it is closed. */
export interface Listener {
  /** The port at which peers dial our IP addresses; 0 if this transport is not reached that way. */
  readonly port: number
  close(): Promise<void>
}

/** A way to dial and accept peers. `testTransport` in compliance.ts checks an implementation. */
export interface Transport {
  readonly kind: TransportKind
  /**
   * Whether a session runs without incoming connections over this transport if it cannot listen on
   * the port of the others. Default false: the session then does not open.
   */
  readonly isListeningOptional?: boolean
  /**
   * Whether this transport can reach the address. It must return false for addresses of another
   * `kind`.
   */
  canDial(address: PeerAddress): boolean
  /**
   * Other addresses of the same peer, best first, for a transport whose own connections to it are
   * slower. They are dialed before this one, in Node only. Rejects as `dial` does.
   */
  alternatives?(address: PeerAddress, options: { signal: AbortSignal }): Promise<readonly PeerAddress[]>
  /**
   * Opens a connection. Rejects with a ShoalError (`refused`, `unreachable`, `timeout`, `closed`)
   * or with the signal's reason.
   */
  dial(address: PeerAddress, options: { signal: AbortSignal }): Promise<Connection>
  /**
   * Accepts connections at `port` (0: any free one) of the local address `host` (default: all).
   * Rejects with a ShoalError: `refused` if the port is in use.
   */
  listen(
    options: { host?: string; port: number },
    onConnection: (connection: Connection) => void,
  ): Promise<Listener>
  /** Closes all listeners and aborts pending dials. Open connections stay. */
  close(): Promise<void>
}
