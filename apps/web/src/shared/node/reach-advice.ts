import type { PeerReach } from '@shoal/api'
import { texts } from '../messages/texts.ts'

const { advice } = texts.pages.dashboard.peerReach

/** Returns advice on letting others connect to `port`, or null if there is none. */
export function reachAdvice({ reason, ipv4 }: PeerReach, port: string): string | null {
  return reason in advice
    ? advice[reason as keyof typeof advice]({ port, address: ipv4.address ?? '' })
    : null
}
