// Written by node scripts/reference.ts: see capabilities/list.ts.
import feeds from '@shoal/capabilities/feeds/messages/en/cli.ts'
import notes from '@shoal/capabilities/notes/messages/en/cli.ts'

export default { ...feeds, ...notes } as const
