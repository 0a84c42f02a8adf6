import type { Session } from '@shoal/torrent'
import type { SettingsStore } from './settings-store.ts'

/** The parts of the node that know its ports. */
export interface OwnNode {
  readonly settings: Pick<SettingsStore, 'current'>
  readonly session: Session
}

/**
 * Returns the UDP port at which the node's STUN server is reachable from the internet. Null if it
 * probably is not, since a silent server delays pages. `isDirect`: this machine has a public
 * address; default: according to the port mapping.
 */
export function ownStunPort(
  { settings, session }: OwnNode,
  isDirect = session.portMapping?.isDirect ?? false,
): number | null {
  const { stun, utp, dht } = settings.current.network
  const { port, portMapping } = session
  if (!stun || port === 0 || !(utp || dht)) return null
  const mapped = portMapping?.mappings.find(
    ({ transport, externalPort, problem }) =>
      transport === 'udp' && externalPort !== null && problem === null,
  )
  return mapped?.externalPort ?? (isDirect ? port : null)
}
