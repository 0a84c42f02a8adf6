// Written by node scripts/reference.ts: see capabilities/list.ts.
export * from '@shoal/capabilities/feeds/schemas.ts'
