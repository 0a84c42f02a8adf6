/** Byte pipes to other peers: the contract. What sits above a `Connection` cannot tell what carries it. */

export type TransportKind = 'tcp' | 'utp' | 'webrtc' | 'libp2p' | 'onion' | 'memory'

/** Where a peer is: an IP address (never a name) and port, or an address text in a transport's own notation. */
export interface PeerAddress {
  /** IPv4 or IPv6 literal without brackets, lower case; or, for transports without IP addresses, their own notation. */
  readonly host: string
  /** 1 to 65535; 0 where the transport has no ports. */
  readonly port: number
  /** The only transport that can reach it; absent when any may. */
  readonly kind?: TransportKind
}

/** What a connection tells its owner. Every call comes from the event loop, never from inside a call to the connection. */
export interface ConnectionHandler {
  /**
   * Bytes that arrived, in order. The view is valid only during the call: copy what must stay. Until then it is the handler's: it may
   * be changed in place (decrypted).
   */
  onData(bytes: Uint8Array): void
  /** `bufferedBytes` fell to zero after it had been above it. */
  onDrain(): void
  /** Called once, after which nothing else is. Without an error: the other side ended it, or `close` was called. */
  onClose(error?: Error): void
}

/** An open, ordered, reliable, two-way pipe of bytes with back-pressure. */
export interface Connection {
  readonly kind: TransportKind
  readonly remote: PeerAddress
  /** Whether the other side opened it. */
  readonly incoming: boolean
  /** Bytes handed to `write` that the pipe has not taken yet. Writers stop while this is high. */
  readonly bufferedBytes: number
  /** Begins delivery; until then nothing is read. A second call changes the handler (for the end of a handshake). */
  start(handler: ConnectionHandler): void
  /**
   * Queues bytes; what is queued in one turn of the event loop leaves together. The bytes must not change until they have left, or
   * the pipe has closed: then `onSent` is called, once.
   */
  write(bytes: Uint8Array, onSent?: () => void): void
  /** Stops delivery of data until `resume`; the other side is slowed by the pipe's own flow control. */
  pause(): void
  resume(): void
  /** Ends the pipe; queued bytes are sent first if `graceful`. Safe to call twice. */
  close(graceful?: boolean): void
}

/** Accepts connections until closed. */
export interface Listener {
  readonly port: number
  close(): Promise<void>
}

export interface Transport {
  readonly kind: TransportKind
  /** Whether the address is one of this transport's. */
  canDial(address: PeerAddress): boolean
  /** Opens a pipe. Rejects with a ShoalError: `refused`, `unreachable`, `timeout`, or the signal's reason. */
  dial(address: PeerAddress, options: { signal: AbortSignal }): Promise<Connection>
  /** Accepts pipes on `port` (0: any free one) of `host`. Rejects when the port is taken. */
  listen(
    options: { host?: string; port: number },
    onConnection: (connection: Connection) => void,
  ): Promise<Listener>
  /** Closes listeners and dials under way; open connections stay. */
  close(): Promise<void>
}
