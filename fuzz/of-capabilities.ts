// Written by node scripts/reference.ts: see capabilities/list.ts.
import { watch } from '@shoal/capabilities/watch/fuzz.ts'
import { feeds } from '@shoal/capabilities/feeds/fuzz.ts'
import { transmission } from '@shoal/capabilities/transmission/fuzz.ts'
import { qbittorrent } from '@shoal/capabilities/qbittorrent/fuzz.ts'

export const FUZZED_OF_CAPABILITIES = [watch, feeds, transmission, qbittorrent] as const
