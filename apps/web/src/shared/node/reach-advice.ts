import type { PeerReach } from '@shoal/api'
import { texts } from '../messages/texts.ts'

const { advice } = texts.pages.dashboard.peerReach

/** What to do so that others can connect to `port`; null if there is nothing to advise. */
export function reachAdvice({ reason, ipv4 }: PeerReach, port: string): string | null {
  return reason in advice
    ? advice[reason as keyof typeof advice]({ port, address: ipv4.address ?? '' })
    : null
}
