import type { ManagedTorrent } from './managed-torrent.ts'

/** What log entries call a torrent. */
export function nameOf({ api }: ManagedTorrent): string {
  return api.name.length > 80 ? `${api.name.slice(0, 79)}…` : api.name
}
