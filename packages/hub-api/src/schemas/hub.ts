import { Untrusted } from '@shoal/api'
import { z } from 'zod'
import { REGISTRATIONS } from '../choices.ts'

export const HubInfo = z.object({
  /** Name chosen by the owner. */
  name: Untrusted,
  version: z.string(),
  registration: z.enum(REGISTRATIONS),
  /** `did:web` of a hub with a public address, or null. */
  did: z.string().nullable(),
  /** `did:key` of its signing key. It stays the same for the lifetime of the hub. */
  key: z.string(),
  /** Announce URLs. Those of a private tracker lack the passkey. */
  trackers: z.array(z.string()),
  /** Whether announces need a passkey. */
  isTrackerPrivate: z.boolean(),
  /** URL of the chat app that the hub recommends but does not serve itself, or null. */
  chatApp: z.string().nullable(),
  /** Whether people without an account can enter the room of a share by its link. */
  roomGuests: z.boolean(),
  /** Names of the running capabilities. */
  capabilities: z.array(z.string()),
})
export type HubInfo = z.infer<typeof HubInfo>
