/** Properties of a route (a proxy, one network interface) that code above transports needs. */
export interface RouteFacts {
  /** Whether nothing that we send may reveal who we are, as in the strict mode of a proxy. */
  readonly isAnonymous: boolean
  /** Whether others can connect to us, local discovery works, and routers can map ports. */
  readonly canListen: boolean
  /**
   * False once it is known that no datagrams can leave, so that the DHT, uTP and UDP trackers are
   * off.
   */
  readonly carriesUdp: boolean
  /** Whether WebRTC uses the route. */
  readonly carriesWebrtc: boolean
  /** Whether connections, including incoming ones, end when the route fails. */
  readonly endsConnections: boolean
  readonly health: RouteHealth
  close(): Promise<void>
}

/** Whether a route works. */
export interface RouteHealth {
  /** Why nothing can be transferred; null while the route works, as far as is known. */
  readonly problem: string | null
  /**
   * Calls `callback` when `problem` becomes null or stops being null. Returns a function that
   * stops this.
   */
  onChange(callback: () => void): () => void
}
