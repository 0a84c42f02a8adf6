import { flag, list, UsageError } from '@shoal/options'
import { texts } from './texts.ts'

/** Options of commands whose shares others can find by search while they run. */
export const FINDABLE_OPTIONS = {
  findable: flag(texts.seed.options.findable),
  networkNode: list('ADDRESS', { help: texts.seed.options.networkNode }),
}

export interface FindableOptions {
  readonly findable: boolean
  readonly networkNode: readonly string[]
  readonly private: boolean
  readonly seal?: boolean
  readonly proxy?: string | undefined
  readonly interface?: string | undefined
}

/**
 * Throws UsageError for shares that are never published, and with options that the network would
 * bypass.
 */
export function checkFindable(options: FindableOptions): void {
  if (!options.findable) {
    if (options.networkNode.length > 0) throw new UsageError(texts.seed.nodeWithoutFindable)
    return
  }
  // libp2p opens its own connections, which would bypass a proxy or an interface.
  const isRouted = options.proxy !== undefined || options.interface !== undefined
  if (options.private || options.seal || isRouted) throw new UsageError(texts.seed.neverFindable)
}
