import type { NodeStats } from '@shoal/api'
import { Link } from 'wouter'
import { Icon } from '../../../shared/controls/Icon.tsx'
import type { IconName } from '../../../shared/controls/icons.ts'
import layout from '../../../shared/controls/layout.module.css'
import { formatBytes, formatRate } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/texts.ts'
import { useAskedEvery, useCell, useNode } from '../../../shared/node/context.tsx'
import styles from './List.module.css'

const t = texts.list.status
/** Polling interval: a router answers within seconds, and peers can connect at any time. */
const REACH_EVERY_MS = 30_000
/** Free space below this part of a disk is shown as low. */
const LOW = 0.05

/**
 * Shows the state of the node below the list on wide screens: free space, DHT, whether others can
 * connect, and active limits.
 */
export function StatusBar() {
  const { stats: statsCell } = useNode()
  const stats = useCell(statsCell)
  const reach = useAskedEvery(REACH_EVERY_MS, api => api.getPeerReach({}), []).value
  if (!stats) return null
  const [disk] = stats.disk
  return (
    <section
      className={`${layout.row4} ${layout.soft} ${layout.fixed} ${layout.surface} ${layout.nowrap} ${styles.status}`}
      aria-label={t.title}
      data-status-bar
    >
      {disk && (
        <Fact
          icon="disk"
          href="/dashboard"
          isBad={disk.totalBytes > 0 && disk.freeBytes / disk.totalBytes < LOW}
          text={t.free({ size: formatBytes(disk.freeBytes) })}
        />
      )}
      <Fact
        icon="network"
        href="/dashboard"
        isBad={stats.dhtNodes === 0}
        text={stats.dhtNodes === null ? t.dhtOff : t.dht({ count: stats.dhtNodes })}
      />
      {reach && (
        <Fact
          icon="hub"
          href="/dashboard"
          isBad={reach.state === 'unreachable'}
          text={t.reach[reach.state]}
        />
      )}
      <span className={layout.grow} />
      <Fact icon="slow" href="/settings#limits" isBad={false} text={limitsText(stats.limits)} />
    </section>
  )
}

interface FactProps {
  readonly icon: IconName
  readonly href: string
  readonly isBad: boolean
  readonly text: string
}

function Fact({ icon, href, isBad, text }: FactProps) {
  return (
    <Link href={href} className={layout.inline} data-bad={isBad || undefined}>
      <Icon name={isBad ? 'alert' : icon} size={14} />
      {text}
    </Link>
  )
}

function limitsText({
  downloadBytesPerSecond: down,
  uploadBytesPerSecond: up,
  by,
}: NodeStats['limits']): string {
  if (down === null && up === null) return t.noLimits
  const rate = (limit: number | null) => (limit === null ? t.unlimited : formatRate(limit))
  return t.limits[by]({ down: rate(down), up: rate(up) })
}
