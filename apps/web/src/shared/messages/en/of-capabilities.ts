// Written by node scripts/reference.ts: see capabilities/list.ts.
import feeds from '@shoal/capabilities/feeds/messages/en/menu.ts'
import notes from '@shoal/capabilities/notes/messages/en/menu.ts'

export default { ...feeds, ...notes } as const
