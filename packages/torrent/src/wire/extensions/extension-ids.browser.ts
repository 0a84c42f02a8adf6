/** Pages dial no addresses, and have none to report. */
export const OUR_EXTENSION_IDS = {
  ut_metadata: 1,
  lt_donthave: 3,
  upload_only: 4,
  sh_peer: 6,
} as const
