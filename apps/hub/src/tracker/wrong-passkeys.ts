/**
 * Counts wrong passkeys by address, across all reachable processes. A message is the family (1
 * byte) and the address (16).
 */
import { type AccessRules, FAMILY } from '@shoal/tracker'
import type { Channels } from '../cluster/channels.ts'

const ADDRESS_WORDS = 4
const BYTES = 1 + 4 * ADDRESS_WORDS

export function shareWrongPasskeys(
  channels: Pick<Channels, 'open'>,
  access: Pick<AccessRules, 'onWrongPasskey' | 'countWrongPasskey'>,
): void {
  const channel = channels.open('wrong-passkeys', bytes => {
    const message = Buffer.from(bytes)
    const family = Object.values(FAMILY).find(each => each === message[0])
    if (message.length !== BYTES || family === undefined) return
    const address = Int32Array.from({ length: ADDRESS_WORDS }, (_, at) => message.readInt32BE(1 + 4 * at))
    access.countWrongPasskey(family, address)
  })
  access.onWrongPasskey = (family, address) => {
    const message = Buffer.alloc(BYTES)
    message[0] = family
    for (let at = 0; at < ADDRESS_WORDS; at++) message.writeInt32BE(address[at] ?? 0, 1 + 4 * at)
    channel.publish(message)
  }
}
