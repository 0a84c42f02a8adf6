import type { SwarmTorrent } from '../swarm-context.ts'

/** Whether this kind of source is switched off for the torrent. */
export function isOff({ sourcesOff }: Pick<SwarmTorrent, 'sourcesOff'>, kind: string): boolean {
  return (sourcesOff as readonly string[] | undefined)?.includes(kind) ?? false
}
