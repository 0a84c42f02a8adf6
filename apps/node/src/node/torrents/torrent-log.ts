import type { ManagedTorrent } from './managed-torrent.ts'

/** What log entries call a torrent. */
export function nameOf({ name }: ManagedTorrent): string {
  return name.length > 80 ? `${name.slice(0, 79)}…` : name
}
