/** Description of a started hub. Each capability contributes its part. */

/** The opened ports. */
export interface Ports {
  /** HTTP and WebSocket port. */
  readonly port: number
  /** Null if UDP is off. */
  readonly udpPort: number | null
  /**
   * Announce URLs as seen from this machine. If the tracker is private, clients insert a passkey
   * between host and path.
   */
  readonly urls: readonly string[]
}

export interface Overview extends Ports {
  /** URL of the hub as seen from this machine, without a slash at the end. */
  readonly origin: string
  readonly isPrivate: boolean
  /** UDP port that answers STUN. Null if there is none. */
  readonly stunPort: number | null
  /** URL of the hub's web page. Null if it was not built, or if the hub is only a tracker. */
  readonly page: string | null
  /** URL of the tracker's statistics page. Null if it is disabled. */
  readonly statistics: string | null
  /**
   * Page on which the owner of a new hub creates an account. Null if there are accounts, or another
   * process has it.
   */
  readonly ownerLink: string | null
  /** Number of this process among those of the hub. Null if it is the only one. */
  readonly process: number | null
}

export const NO_PORTS: Omit<Ports, 'port'> = { udpPort: null, urls: [] }
export const NO_OVERVIEW: Omit<Overview, keyof Ports | 'origin'> = {
  ...{ isPrivate: false, stunPort: null, page: null },
  ...{ statistics: null, ownerLink: null, process: null },
}
