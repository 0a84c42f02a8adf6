// Written by node scripts/reference.ts: see capabilities/list.ts.
import { NOTES } from '@shoal/capabilities/notes/contract.ts'

export const CONTRACTS_OF_CAPABILITIES = [NOTES] as const
