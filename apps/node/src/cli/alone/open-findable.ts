import type { Session, SessionOptions } from '@shoal/torrent'
import type { View } from '../terminal/view.ts'
import type { FindableShares } from './findable-shares.ts'

/** Joins the network for a command with `--findable`, which loads it; resolves to null without. */
export async function openFindable(
  session: Session,
  view: View,
  options: {
    readonly findable: boolean
    readonly networkNode: readonly string[]
    readonly network: SessionOptions
  },
): Promise<FindableShares | null> {
  if (!options.findable) return null
  const { FindableShares } = await import('./findable-shares.ts')
  return new FindableShares({ session, view, nodes: options.networkNode, options: options.network })
}
