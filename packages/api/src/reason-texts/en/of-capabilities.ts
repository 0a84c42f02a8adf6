// Written by node scripts/reference.ts: see capabilities/list.ts.
import feeds from '@shoal/capabilities/feeds/messages/en/errors.ts'
import guests from '@shoal/capabilities/guests/messages/en/errors.ts'
import notes from '@shoal/capabilities/notes/messages/en/errors.ts'

export default { ...feeds, ...guests, ...notes } as const
