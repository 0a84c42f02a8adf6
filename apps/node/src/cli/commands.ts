import type { Command } from './command.ts'

export interface CommandEntry {
  readonly name: string
  /** What it does, in a line. */
  readonly summary: string
  /** Loads the command, so that starting one does not read them all. */
  load(): Promise<Command>
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'share',
    summary: 'Share a folder: all that is in it, and all that is put there',
    load: async () => (await import('../commands/share.ts')).share,
  },
  {
    name: 'get',
    summary: 'Download from a magnet link, info hash, content ID or .torrent',
    load: async () => (await import('../commands/get.ts')).get,
  },
  {
    name: 'seed',
    summary: 'Share one file or folder',
    load: async () => (await import('../commands/seed.ts')).seed,
  },
  {
    name: 'create',
    summary: 'Make a .torrent of a file or folder',
    load: async () => (await import('../commands/create.ts')).create,
  },
  {
    name: 'info',
    summary: 'Show what a link or .torrent holds',
    load: async () => (await import('../commands/info.ts')).info,
  },
  {
    name: 'check',
    summary: 'Compare files on disk with a .torrent',
    load: async () => (await import('../commands/check.ts')).check,
  },
]
