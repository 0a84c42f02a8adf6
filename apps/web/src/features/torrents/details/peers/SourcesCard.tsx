import type { SourceShare } from '@shoal/api'
import layout from '../../../../shared/controls/layout.module.css'
import { formatBytes, formatPercent, formatRate } from '../../../../shared/format/format.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import { useSources } from '../useLive.ts'
import styles from './sources.module.css'

const say = texts.torrent.sources

/** Shows how much came from each kind of source: bars with a part for each, and the same in words. */
export function SourcesCard({ id }: { readonly id: string }) {
  const shares = useSources(id).value ?? []
  const given = shares.filter(({ downloadedBytes }) => downloadedBytes > 0)
  const total = sum(given, 'downloadedBytes')
  const rate = sum(given, 'downloadBytesPerSecond')
  if (given.length === 0) return null
  return (
    <section className={`${layout.card} ${layout.stack3} ${styles.sources}`} aria-labelledby="sources-title">
      <h2 id="sources-title" className={layout.heading}>
        {say.title}
      </h2>
      <Bar name={say.soFar} shares={given} quantity="downloadedBytes" />
      {rate > 0 && <Bar name={say.now} shares={given} quantity="downloadBytesPerSecond" />}
      <ul className={`${layout.wrap2} ${styles.list}`} aria-label={say.title}>
        {given.map(({ kind, sources, downloadedBytes, downloadBytesPerSecond }) => (
          <li key={kind} data-kind={kind}>
            <span>{say.kinds[kind]}</span>
            <strong>{formatBytes(downloadedBytes)}</strong>
            <span>{formatPercent(downloadedBytes / total)}</span>
            {downloadBytesPerSecond > 0 && <span>{formatRate(downloadBytesPerSecond)}</span>}
            <small>{sources > 0 ? say.connected({ count: sources }) : say.gone}</small>
          </li>
        ))}
      </ul>
    </section>
  )
}

type Quantity = 'downloadedBytes' | 'downloadBytesPerSecond'

function Bar(props: { name: string; shares: readonly SourceShare[]; quantity: Quantity }) {
  const { name, shares, quantity } = props
  return (
    <div className={styles.row} aria-hidden="true">
      <span className={layout.soft}>{name}</span>
      <div className={styles.bar} data-flows={quantity === 'downloadBytesPerSecond' || undefined}>
        {shares.map(share => (
          <span
            key={share.kind}
            data-kind={share.kind}
            data-empty={share[quantity] === 0 || undefined}
            style={{ flexGrow: share[quantity] }}
          />
        ))}
      </div>
    </div>
  )
}

function sum(shares: readonly SourceShare[], quantity: Quantity): number {
  return shares.reduce((total, share) => total + share[quantity], 0)
}
