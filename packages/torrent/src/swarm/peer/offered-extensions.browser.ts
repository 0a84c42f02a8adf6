import { OUR_EXTENSION_IDS } from '#extension-ids'
import type { ExtensionIds } from '../../wire/extensions/extended-handshake.ts'
import type { SwarmState } from '../swarm-state.ts'

export function offeredExtensions({ context }: SwarmState): ExtensionIds {
  const { sh_peer, ...others } = OUR_EXTENSION_IDS
  return context.recognition ? OUR_EXTENSION_IDS : others
}
