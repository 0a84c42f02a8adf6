import type { NetworkStatus } from '@shoal/api'
import { texts } from '../texts.ts'

/** One line about the state of the node in the Shoal network. */
export function networkText({ state, reason, problem, nodes, connections }: NetworkStatus): string {
  const say = texts.network
  if (state === 'off') return say.reasons[reason ?? 'setting']
  if (state === 'failed') return say.failed({ problem: problem ?? say.unknown })
  if (state === 'starting') return say.states.starting
  const known = say.nodes({ count: nodes })
  return `${known} · ${say.rows.connections}: ${connections}`
}

/** Enough digits of a network key to tell the keys of a list apart. */
export function shortKey(key: string): string {
  return key.slice(0, 12)
}
