import type { PortMappingStatus } from '../port-mapping/port-mapping.ts'

/** Pages have no ports. */
export class MappedPorts {
  readonly status: PortMappingStatus | null = null

  async follow(): Promise<void> {}

  async close(): Promise<void> {}
}
