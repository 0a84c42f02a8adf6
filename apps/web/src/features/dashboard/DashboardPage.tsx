import type { NodeStats, Torrent } from '@shoal/api'
import { shownState } from '@shoal/api/torrent-reasons'
import type { ReactNode } from 'react'
import { ShareBar } from '../../shared/charts/ShareBar.tsx'
import { Icon } from '../../shared/controls/Icon.tsx'
import { Loading } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Page } from '../../shared/controls/Page.tsx'
import { Card, Notice, ProgressBar } from '../../shared/controls/Panels.tsx'
import { nodeMessage } from '../../shared/format/error-message.ts'
import { formatBytes, formatDuration, formatRatio } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked, useCell, useNode } from '../../shared/node/context.tsx'
import { peerPortText } from '../../shared/node/peer-port.ts'
import { usePeerReach } from '../../shared/reach/PeerReachNotice.tsx'
import styles from './Dashboard.module.css'
import { NowCard } from './NowCard.tsx'
import { PeerReachDetails } from './PeerReachFacts.tsx'
import { TrafficCard } from './TrafficCard.tsx'

const t = texts.pages.dashboard

/** Shows the state of the node at a glance. */
export function DashboardPage() {
  const node = useNode()
  const stats = useCell(node.stats)
  if (!stats) return <Loading />
  return (
    <Page title={t.title}>
      <HealthNotice />
      <div className={styles.cards}>
        <NowCard stats={stats} />
        <TrafficCard />
        <TotalsCard stats={stats} />
        <DiskCard stats={stats} />
        <Card title={t.states} className={layout.shrink}>
          <ShareBar label={t.states} shares={toShares(countShown(node.torrents.values()), SHOWN_STATES)} />
        </Card>
        <Card title={t.connections} className={layout.shrink}>
          {Object.values(stats.connections).some(count => count > 0) ? (
            <ShareBar label={t.connections} shares={toShares(stats.connections, t.transports)} />
          ) : (
            <p className={layout.soft}>{t.connectionsNone}</p>
          )}
        </Card>
        <NodeCard stats={stats} />
      </div>
    </Page>
  )
}

/** The texts that the list uses for the same torrents. */
const SHOWN_STATES = { ...texts.list.state, ...texts.list.reason }

function countShown(torrents: Iterable<Torrent>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const torrent of torrents) {
    const shown = shownState(torrent)
    counts[shown] = (counts[shown] ?? 0) + 1
  }
  return counts
}

function toShares(counts: Record<string, number>, names: Record<string, string>) {
  const some = Object.entries(counts).filter(([, value]) => value > 0)
  return some.map(([key, value]) => ({ name: names[key] ?? key, value }))
}

function HealthNotice() {
  const { value } = useAsked(api => api.getHealth({}), [])
  if (!value?.problems?.length) return null
  return (
    <div className={styles.health}>
      <Notice tone="warn">
        <ul>
          {value.problems.map(problem => (
            <li key={problem}>{nodeMessage(problem)}</li>
          ))}
        </ul>
      </Notice>
    </div>
  )
}

const computeRatio = ({ downloadedBytes, uploadedBytes }: NodeStats['session']) =>
  downloadedBytes === 0 ? null : uploadedBytes / downloadedBytes

function TotalsCard({ stats }: { stats: NodeStats }) {
  const ratio = computeRatio(stats.allTime)
  return (
    <Card title={t.totals} className={layout.shrink}>
      <table className={styles.table}>
        <thead>
          <tr>
            <td />
            <th scope="col" className={layout.numeric}>
              {t.downloaded}
            </th>
            <th scope="col" className={layout.numeric}>
              {t.uploaded}
            </th>
            <th scope="col" className={layout.numeric}>
              {t.ratio}
            </th>
          </tr>
        </thead>
        <tbody>
          <Totals name={t.session} totals={stats.session} />
          <Totals name={t.allTime} totals={stats.allTime} />
        </tbody>
      </table>
      {ratio !== null && <p className={layout.soft}>{t.ratioHint}</p>}
    </Card>
  )
}

function Totals({ name, totals }: { name: string; totals: NodeStats['session'] }) {
  const ratio = computeRatio(totals)
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className={layout.numeric}>{formatBytes(totals.downloadedBytes)}</td>
      <td className={layout.numeric}>{formatBytes(totals.uploadedBytes)}</td>
      <td className={layout.numeric}>{ratio === null ? texts.app.none : formatRatio(ratio)}</td>
    </tr>
  )
}

const LOW = 0.05

function DiskCard({ stats }: { stats: NodeStats }) {
  return (
    <Card title={t.disk} className={layout.shrink}>
      <ul className={layout.stack4}>
        {stats.disk.map(({ directory, freeBytes, totalBytes }) => {
          const low = totalBytes > 0 && freeBytes / totalBytes < LOW
          return (
            <li key={directory}>
              <div className={`${layout.wrap2} ${layout.spread} ${layout.small} ${styles.diskWords}`}>
                <span className={`${layout.row2} ${layout.shrink} ${styles.path}`} title={directory}>
                  <Icon name="disk" size={16} />{' '}
                  <span className={`${layout.break} ${layout.verbatim}`}>{directory}</span>
                </span>
                <span className="number">
                  {t.diskFree({ free: formatBytes(freeBytes), total: formatBytes(totalBytes) })}
                </span>
              </div>
              <ProgressBar
                value={totalBytes === 0 ? 0 : 1 - freeBytes / totalBytes}
                tone={low ? 'bad' : 'accent'}
              />
              {low && <p className={`${layout.small} ${layout.bad} ${styles.low}`}>{t.diskLow}</p>}
            </li>
          )
        })}
      </ul>
    </Card>
  )
}

function NodeCard({ stats }: { stats: NodeStats }) {
  const node = useNode()
  const info = useCell(node.info)
  const { value: reach, reload } = usePeerReach()
  const facts: [string, ReactNode][] = [
    [t.dht, stats.dhtNodes === null ? t.dhtOff : t.dhtNodes({ count: stats.dhtNodes })],
    [t.port, info ? peerPortText(info) : t.portNone],
    [t.reach, reach ? t.peerReach.states[reach.state] : texts.app.none],
    [t.uptime, formatDuration(stats.uptimeSeconds)],
    [t.memory, formatBytes(stats.memoryBytes)],
    [t.version, info?.version ?? ''],
  ]
  return (
    <Card title={t.network} className={layout.wide}>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className={layout.small}>{name}</dt>
            <dd className="number">{value}</dd>
          </div>
        ))}
      </dl>
      {reach && <PeerReachDetails reach={reach} onTested={reload} />}
      {stats.indexing.waiting > 0 && (
        <p className={layout.soft}>{t.indexing({ count: stats.indexing.waiting })}</p>
      )}
    </Card>
  )
}
