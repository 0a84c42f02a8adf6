import type { IceServer } from '@shoal/torrent'
import type { Kernel } from './kernel.ts'

/** WebRTC connections whose offers are carried by others. */
export async function signaledPeers(
  { clock, peerHost }: Pick<Kernel, 'clock' | 'peerHost'>,
  iceServers: () => readonly IceServer[],
) {
  const { SignaledPeers } = await import('@shoal/network/signaled-peers')
  const { systemRandom } = await import('@shoal/torrent/base')
  return new SignaledPeers({
    clock,
    random: systemRandom,
    openRtc: async () => {
      const { openRtc } = await import('@shoal/torrent/rtc')
      return openRtc({ host: peerHost })
    },
    config: () => ({ iceServers: iceServers() }),
  })
}
