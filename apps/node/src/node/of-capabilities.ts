// Written by node scripts/reference.ts: see capabilities/list.ts.
import { NOTES } from '@shoal/capabilities/notes/node/capability.ts'

export const OF_CAPABILITIES = [NOTES] as const
