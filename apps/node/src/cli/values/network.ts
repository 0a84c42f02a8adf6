import type { NetworkStatus } from '@shoal/api'
import { texts } from '../texts.ts'

/** Returns one line about the node's state in the Shoal network. */
export function networkText({ state, reason, problem, nodes, connections }: NetworkStatus): string {
  const say = texts.network
  if (state === 'off') return say.reasons[reason ?? 'setting']
  if (state === 'failed') return say.failed({ problem: problem ?? say.unknown })
  if (state === 'starting') return say.states.starting
  const known = say.nodes({ count: nodes })
  return `${known} · ${say.rows.connections}: ${connections}`
}

/** Returns enough digits of a network key to distinguish the keys of a list. */
export function shortKey(key: string): string {
  return key.slice(0, 12)
}
