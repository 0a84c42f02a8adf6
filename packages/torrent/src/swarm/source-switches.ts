import type { SwitchableSource } from '../api.ts'
import type { Peer } from './peer.ts'
import type { PeerPool } from './peer-pool.ts'

/** A torrent whose kinds of sources can be switched off. */
interface Switched {
  readonly sourcesOff: readonly SwitchableSource[] | undefined
}

/** Whether the torrent does without this kind of source. */
export function isOff({ sourcesOff }: Switched, kind: string): boolean {
  return (sourcesOff as readonly string[] | undefined)?.includes(kind) ?? false
}

/** The web seeds that are not switched off. */
export function usableSeeds(urls: readonly string[], torrent: Switched): readonly string[] {
  if (!torrent.sourcesOff) return urls
  return urls.filter(url => !isOff(torrent, /^ftps?:/i.test(url) ? 'ftp' : 'webseed'))
}

/** The parts of a torrent that a switch concerns. */
interface Switchable {
  readonly data: {
    sourcesOff: readonly SwitchableSource[] | undefined
    readonly origin: { readonly webSeeds: readonly string[] }
  }
  readonly network: {
    readonly swarm: { readonly peers: ReadonlyMap<number, Peer>; readonly pool: PeerPool } | null
    readonly running: { readonly webSeeds: { use(urls: readonly string[]): void } } | null
  }
  readonly recorder: { changed(): Promise<void> } | null
}

/** Switches these kinds off and all others on: disconnects, lets all addresses be tried again over what is left, and records the change. */
export function switchSources(
  kinds: readonly SwitchableSource[],
  { data, network, recorder }: Switchable,
): void {
  data.sourcesOff = kinds.length > 0 ? [...new Set(kinds)] : undefined
  const { swarm, running } = network
  for (const peer of [...(swarm?.peers.values() ?? [])])
    if (isOff(data, peer.link.connection.kind)) peer.close()
  swarm?.pool.expedite(Infinity)
  running?.webSeeds.use(data.origin.webSeeds)
  void recorder?.changed()
}
