import { OUR_EXTENSION_IDS } from '#extension-ids'

export function offeredExtensions() {
  return OUR_EXTENSION_IDS
}
