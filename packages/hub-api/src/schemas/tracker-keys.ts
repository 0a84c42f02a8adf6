import { SECRETS, Untrusted } from '@shoal/api'
import { z } from 'zod'

const TRAFFIC = {
  /** As reported by the account's peers. The hub caps it at the capacity of a 10 Gbit/s line. */
  uploadedBytes: z.number(),
  downloadedBytes: z.number(),
}

export const TrackerAccount = z.object({
  /** False until the first `renewTrackerKey`. */
  hasKey: z.boolean(),
  /** Whether announces need a passkey. */
  isPrivate: z.boolean(),
  /** Announce URLs, with `PASSKEY` in place of the passkey: the hub does not store it. */
  announceUrls: z.array(z.string()),
  ...TRAFFIC,
  /** The 100 with the most traffic. */
  torrents: z.array(
    z.object({
      /** 40 hexadecimal digits: the info hash, or the first 20 bytes of a v2 info hash. */
      infoHash: z.string(),
      ...TRAFFIC,
    }),
  ),
})
export type TrackerAccount = z.infer<typeof TrackerAccount>

export const NewTrackerKey = z.object({
  /** 32 hexadecimal digits. It is shown only once. */
  passkey: z.string().register(SECRETS, { isWhole: true }),
  /** Announce URLs with this passkey, for all of the member's torrents. */
  announceUrls: z.array(z.string().register(SECRETS, { isWhole: false })),
})
export type NewTrackerKey = z.infer<typeof NewTrackerKey>

export const TrackerTotals = z.object({
  /** Ordered by the age of the accounts. Only those that have had a passkey. */
  accounts: z.array(
    z.object({
      did: z.string(),
      name: Untrusted,
      ...TRAFFIC,
    }),
  ),
  /** For `after` of the next request; null at the end. */
  next: z.string().nullable(),
})
export type TrackerTotals = z.infer<typeof TrackerTotals>
