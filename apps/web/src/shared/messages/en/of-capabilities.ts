// Written by node scripts/reference.ts: see capabilities/list.ts.
import notes from '@shoal/capabilities/notes/messages/en/menu.ts'

export default { ...notes } as const
