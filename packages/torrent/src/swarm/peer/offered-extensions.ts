import { OUR_EXTENSION_IDS } from '#extension-ids'
import { parseIp } from '../../base/ip.ts'
import type { PeerAddress } from '../../transport/transport.ts'
import type { ExtensionIds } from '../../wire/extensions/extended-handshake.ts'
import type { SwarmState } from '../swarm-state.ts'

/**
 * The extensions that are announced to a peer. `dialable`: the address at which others can dial
 * it.
 */
export function offeredExtensions(
  { exchangesPeers, context }: SwarmState,
  dialable: PeerAddress | null,
): ExtensionIds {
  const { ut_pex, ut_holepunch, sh_peer, ...others } = OUR_EXTENSION_IDS
  const { recognition } = context
  const isDirect = dialable !== null && parseIp(dialable.host) !== null
  return {
    ...others,
    ...(exchangesPeers && { ut_pex }),
    ...(isDirect && context.holes.isOn && { ut_holepunch }),
    ...(typeof recognition === 'object' && recognition.key && !context.isAnonymous && { sh_peer }),
  }
}
