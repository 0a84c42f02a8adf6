/**
 * The message IDs that our own handshake assigns, and that `MessageHandler.onExtended` receives, by
 * the names of the extensions.
 */
export const OUR_EXTENSION_IDS = {
  ut_metadata: 1,
  ut_pex: 2,
  lt_donthave: 3,
  upload_only: 4,
  ut_holepunch: 5,
  sh_peer: 6,
} as const
