// Written by node scripts/reference.ts: see capabilities/list.ts.
import feeds from '@shoal/capabilities/feeds/messages/de/cli.ts'
import notes from '@shoal/capabilities/notes/messages/de/cli.ts'

export default { ...feeds, ...notes } as const
