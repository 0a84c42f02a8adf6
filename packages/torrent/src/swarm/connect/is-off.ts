import type { SwarmTorrent } from '../swarm-context.ts'

/** Whether the torrent does without this kind of source. */
export function isOff({ sourcesOff }: Pick<SwarmTorrent, 'sourcesOff'>, kind: string): boolean {
  return (sourcesOff as readonly string[] | undefined)?.includes(kind) ?? false
}
