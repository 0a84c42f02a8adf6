// Written by node scripts/reference.ts: see capabilities/list.ts.
import watch from '@shoal/capabilities/watch/messages/de/errors.ts'
import feeds from '@shoal/capabilities/feeds/messages/de/errors.ts'
import guests from '@shoal/capabilities/guests/messages/de/errors.ts'
import notes from '@shoal/capabilities/notes/messages/de/errors.ts'

export default { ...watch, ...feeds, ...guests, ...notes } as const
