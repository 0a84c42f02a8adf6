import type { PeerStatus } from '@shoal/torrent'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { formatBytes, formatPercent, formatRate } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/share-page.ts'
import styles from './view.module.css'

const MOST = 50
const KINDS: Readonly<Record<string, string>> = {
  webrtc: texts.peers.webrtc,
  webseed: texts.peers.webseed,
  tcp: texts.peers.tcp,
}

/**
 * Shows the peers by program and transport. Full addresses are not shown because they mean nothing
 * to users.
 */
export function Peers({ peers }: { readonly peers: readonly PeerStatus[] }) {
  if (peers.length === 0) return null
  return (
    <Card title={texts.peers.title}>
      <ul className={styles.peers}>
        {peers.slice(0, MOST).map(peer => (
          <li key={`${peer.kind} ${peer.address} ${peer.connectedMs - (peer.connectedMs % 1)}`}>
            <PeerRow peer={peer} isOne={peers.filter(({ client }) => client === peer.client).length === 1} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

function PeerRow({ peer, isOne }: { readonly peer: PeerStatus; readonly isOne: boolean }) {
  const words = [
    KINDS[peer.kind] ?? peer.kind,
    // Distinguishes peers with the same program.
    ...(isOne ? [] : [peer.address.replace(/^.*(?=[.:][^.:]+:\d+$)/, '…')]),
    ...(peer.networkKey ? [texts.peers.recognized] : []),
    // Shoal pages do not report pieces that this page has: then the uploaded bytes are more
    // informative.
    ...(peer.progress > 0 || peer.uploadedBytes === 0
      ? [texts.peers.has({ share: formatPercent(peer.progress) })]
      : [texts.peers.sent({ bytes: formatBytes(peer.uploadedBytes) })]),
    ...(peer.downloadBytesPerSecond > 0
      ? [texts.peers.down({ rate: formatRate(peer.downloadBytesPerSecond) })]
      : []),
    ...(peer.uploadBytesPerSecond > 0
      ? [texts.peers.up({ rate: formatRate(peer.uploadBytesPerSecond) })]
      : []),
  ]
  return (
    <>
      <span>{shownName(peer.client) || texts.peers.unknownClient}</span>
      <span className={`${layout.soft} ${layout.tabular}`}>{words.join(' · ')}</span>
    </>
  )
}
