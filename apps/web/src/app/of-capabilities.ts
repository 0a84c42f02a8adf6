// Written by node scripts/reference.ts: see capabilities/list.ts.
import { watch } from '@shoal/capabilities/watch/web/feature.ts'
import { feeds } from '@shoal/capabilities/feeds/web/feature.ts'
import { notes } from '@shoal/capabilities/notes/web/feature.ts'

export const FEATURES_OF_CAPABILITIES = [watch, feeds, notes] as const
