import type { SwitchableSource } from '../../api.ts'
import { isOff } from '../../swarm/connect/is-off.ts'
import type { Phases } from './phases.ts'

/**
 * Switches these kinds off and all others on: disconnects, allows all addresses to be tried again
 * over the remaining kinds, and records the change.
 */
export function switchSources(
  kinds: readonly SwitchableSource[],
  { data, network, recorder }: Pick<Phases, 'data' | 'network' | 'recorder'>,
): void {
  data.sourcesOff = kinds.length > 0 ? [...new Set(kinds)] : undefined
  const { swarm, running } = network
  for (const peer of [...(swarm?.peers.values() ?? [])])
    if (isOff(data, peer.link.connection.kind)) peer.close()
  swarm?.pool.expedite(Infinity)
  running?.webSeeds.use(data.origin.webSeeds)
  void recorder?.changed()
}
