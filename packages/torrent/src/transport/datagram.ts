/** Unreliable datagrams: the contract under UDP trackers, the DHT, uTP and local discovery. */

export type IpFamily = 4 | 6

/**
 * Called for each datagram. `bytes` are the receiver's own; `host` is an IP literal, link-local
 * IPv6 with its `%zone`.
 */
export type OnDatagram = (bytes: Uint8Array, host: string, port: number) => void

export interface DatagramOptions {
  readonly family: IpFamily
  /** 0 for any free port. */
  readonly port: number
  /** Local IP literal. Default: all addresses of the family. */
  readonly host?: string
  /**
   * Receives datagrams to a group on every interface. Datagrams to the group then leave through
   * every interface.
   */
  readonly multicast?: {
    /** IP literal of the group. */
    readonly group: string
    /** Hops that a datagram may make. Default 1. */
    readonly ttl?: number
  }
  /** Whether the open socket lets the process end. Default false. */
  readonly unref?: boolean
}

/** Opens sockets of one network interface. Node only. */
export interface DatagramDevice {
  /** Name of the interface. */
  readonly name: string
  /**
   * Returns the file descriptor of a socket that is bound to the interface and to its port. Throws
   * the system's error.
   */
  openDatagramFd(options: DatagramOptions): number
  /** Closes a file descriptor that no socket has taken over. */
  closeFd(fd: number): void
}

export interface DatagramSocket {
  readonly family: IpFamily
  /** Local port, as bound. */
  readonly port: number
  /** Local IP literal, as bound: the unspecified address when bound to all. */
  readonly localAddress: string
  /** Receives datagrams while set. Those that arrive while it is null are dropped. */
  onMessage: OnDatagram | null
  /**
   * Called after `onMessage`, once for all datagrams that arrived in the same turn of the event
   * loop.
   */
  onTurnEnd: (() => void) | null
  /**
   * Sends to an IP literal. Datagrams may be lost, duplicated or reordered without notice.
   * `onFailure` is called at most once, if this machine knows at once that it cannot send (no
   * route, message too long, closed): a ShoalError `unreachable` or `closed`.
   */
  send(bytes: Uint8Array, host: string, port: number, onFailure?: (error: Error) => void): void
  /** Stops delivery at once and frees the port. Safe to call twice. */
  close(): Promise<void>
}

/**
 * Opens a socket. Rejects with a ShoalError: `refused` if the port is taken, `unsupported` if the
 * platform or machine has no such sockets (browsers; no IPv6), `no-permission`.
 */
export type OpenDatagram = (options: DatagramOptions) => Promise<DatagramSocket>
