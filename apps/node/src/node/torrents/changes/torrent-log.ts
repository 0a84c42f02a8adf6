import type { ManagedTorrent } from '../records/managed-torrent.ts'

/** Returns the name of a torrent for log entries. */
export function nameOf({ name }: ManagedTorrent): string {
  return name.length > 80 ? `${name.slice(0, 79)}…` : name
}
