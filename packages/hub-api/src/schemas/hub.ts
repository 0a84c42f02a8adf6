import { Untrusted } from '@shoal/api'
import { z } from 'zod'
import { ACCOUNT_POLICIES } from '../choices.ts'

export const HubInfo = z.object({
  /** As its owner calls it. */
  name: Untrusted,
  version: z.string(),
  accounts: z.enum(ACCOUNT_POLICIES),
  /** `did:web` of a hub with a public address, or null. */
  did: z.string().nullable(),
  /** `did:key` of the key with which it signs. It is the same for as long as the hub exists. */
  key: z.string(),
  /** Announce URLs. Those of a private tracker lack the passkey. */
  trackers: z.array(z.string()),
  /** Whether announces need a passkey. */
  isTrackerPrivate: z.boolean(),
  /** Address of the chat app that the hub recommends, which it does not serve itself, or null. */
  chatApp: z.string().nullable(),
  /** Names of the capabilities that run. */
  capabilities: z.array(z.string()),
})
export type HubInfo = z.infer<typeof HubInfo>
