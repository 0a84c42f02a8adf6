// Written by node scripts/reference.ts: see capabilities/list.ts.
import { WATCH } from '@shoal/capabilities/watch/contract.ts'
import { FEEDS } from '@shoal/capabilities/feeds/contract.ts'
import { GUESTS } from '@shoal/capabilities/guests/contract.ts'
import { TRANSMISSION } from '@shoal/capabilities/transmission/contract.ts'
import { QBITTORRENT } from '@shoal/capabilities/qbittorrent/contract.ts'
import { NOTES } from '@shoal/capabilities/notes/contract.ts'
export * from '@shoal/capabilities/watch/contract.ts'
export * from '@shoal/capabilities/feeds/contract.ts'
export * from '@shoal/capabilities/guests/contract.ts'
export * from '@shoal/capabilities/transmission/contract.ts'
export * from '@shoal/capabilities/qbittorrent/contract.ts'
export * from '@shoal/capabilities/notes/contract.ts'

export const CONTRACTS_OF_CAPABILITIES = [WATCH, FEEDS, GUESTS, TRANSMISSION, QBITTORRENT, NOTES] as const
