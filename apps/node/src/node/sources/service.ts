/** The service of adding for other capabilities. */
import type { CallOptions, CheckedInputOf, OutputOf } from '@shoal/api'
import { service } from '@shoal/daemon/capability'

export interface Sources {
  /** The operation `addTorrent`: adds what a link, path or content refers to. */
  add(input: CheckedInputOf<'addTorrent'>, options?: CallOptions): Promise<OutputOf<'addTorrent'>>
  /**
   * Calls `isFromOutside` for each link before it is fetched. Links chosen by someone outside the
   * local network must not make this machine contact servers inside it.
   */
  restrict(isFromOutside: (source: string) => boolean): void
  /** Calls the listener with each link or path that was added, by any part of the node. */
  onAdded(listener: (source: string) => void): void
}

export const SOURCES = service<Sources>('sources')
