import type { NodeInfo } from '@shoal/api'
import { texts } from '../messages/texts.ts'

/** Returns the port for peers, and why it is not the configured one. */
export function peerPortText({ peerPort, takenPeerPort }: NodeInfo): string {
  const t = texts.pages.dashboard
  if (peerPort === 0) return t.portNone
  return takenPeerPort === null
    ? String(peerPort)
    : t.portOther({ port: String(peerPort), taken: String(takenPeerPort) })
}
