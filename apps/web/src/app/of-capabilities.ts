// Written by node scripts/reference.ts: see capabilities/list.ts.
import { notes } from '@shoal/capabilities/notes/web/feature.ts'

export const FEATURES_OF_CAPABILITIES = [notes] as const
