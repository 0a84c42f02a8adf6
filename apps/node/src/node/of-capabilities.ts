// Written by node scripts/reference.ts: see capabilities/list.ts.
import { WATCH } from '@shoal/capabilities/watch/node/capability.ts'
import { FEEDS } from '@shoal/capabilities/feeds/node/capability.ts'
import { GUESTS } from '@shoal/capabilities/guests/node/capability.ts'
import { TRANSMISSION } from '@shoal/capabilities/transmission/node/capability.ts'
import { QBITTORRENT } from '@shoal/capabilities/qbittorrent/node/capability.ts'
import { NOTES } from '@shoal/capabilities/notes/node/capability.ts'

export const OF_CAPABILITIES = [WATCH, FEEDS, GUESTS, TRANSMISSION, QBITTORRENT, NOTES] as const
