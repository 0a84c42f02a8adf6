/** The service that adding offers to other capabilities. */
import type { CallOptions, CheckedInputOf, OutputOf } from '@shoal/api'
import { service } from '@shoal/daemon/capability'

export interface Sources {
  /** The operation `addTorrent`: adds what a link, path or content refers to. */
  add(input: CheckedInputOf<'addTorrent'>, options?: CallOptions): Promise<OutputOf<'addTorrent'>>
  /**
   * Asks `isFromOutside` about each link before it is fetched. What somebody outside of the local network has chosen must not make this machine ask
   * servers in it.
   */
  restrict(isFromOutside: (source: string) => boolean): void
  /** Calls the listener with each link or path that was added, by whatever part of the node. */
  onAdded(listener: (source: string) => void): void
}

export const SOURCES = service<Sources>('sources')
