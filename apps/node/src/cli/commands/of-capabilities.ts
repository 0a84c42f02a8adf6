// Written by node scripts/reference.ts: see capabilities/list.ts.

export const COMMANDS_OF_CAPABILITIES = {
  feeds: { group: 'manage', load: async () => (await import('@shoal/capabilities/feeds/cli/feeds.ts')).feeds },
  note: { group: 'torrents', load: async () => (await import('@shoal/capabilities/notes/cli/note.ts')).note },
} as const
