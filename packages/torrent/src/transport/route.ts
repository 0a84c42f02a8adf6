/** The facts about a way to the network other than the system's own (a proxy, one network interface) that code above transports needs. */
export interface RouteFacts {
  /** Whether nothing that we send may say who we are, as in the strict mode of a proxy. */
  readonly isAnonymous: boolean
  /** Whether others can connect to us, local discovery works, and routers can be asked to map ports. */
  readonly canListen: boolean
  /** False as soon as it is known that no datagrams can leave, so that the DHT, uTP and UDP trackers are off. */
  readonly carriesUdp: boolean
  /** Whether WebRTC keeps to the route. */
  readonly carriesWebrtc: boolean
  /** Whether connections end when the route fails, those that others opened included. */
  readonly endsConnections: boolean
  readonly health: RouteHealth
  close(): Promise<void>
}

/** Whether a route works. */
export interface RouteHealth {
  /** Why nothing can be transferred; null while the route works, as far as is known. */
  readonly problem: string | null
  /** Calls `callback` after `problem` became null or ceased to be null. Returns a function that ends that. */
  onChange(callback: () => void): () => void
}
