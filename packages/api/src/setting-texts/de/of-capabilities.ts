// Written by node scripts/reference.ts: see capabilities/list.ts.
import watch from '@shoal/capabilities/watch/messages/de/settings.ts'
import notes from '@shoal/capabilities/notes/messages/de/settings.ts'

export default { ...watch, ...notes } as const
