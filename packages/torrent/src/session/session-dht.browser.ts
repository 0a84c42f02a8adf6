import type { DhtDiscovery } from '../discovery/dht/dht.ts'

/** Pages have no UDP, and so no DHT. */
export class SessionDht {
  readonly node: DhtDiscovery | null = null
  readonly port = 0
  nodes: readonly string[] | null | undefined
  readonly goodNodes: number | null = null

  async start(): Promise<void> {}

  async stop(): Promise<void> {}
}

export function toDhtNodes(_texts: readonly string[]): void {}
