import type { CountedLabel, Torrent } from '@shoal/api'
import type { ReactNode } from 'react'
import { Glyph, Icon } from '../../../shared/controls/Icon.tsx'
import { LabelChip } from '../../../shared/controls/Labels.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { ProgressBar } from '../../../shared/controls/Panels.tsx'
import { nodeMessage } from '../../../shared/format/error-message.ts'
import {
  formatAgo,
  formatBytes,
  formatDate,
  formatDuration,
  formatPercent,
  formatRate,
  formatRatio,
} from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/texts.ts'
import type { ColumnKey } from './columns.ts'
import styles from './List.module.css'
import { hasProgress, lookOf, stateText } from './look.ts'
import { etaOf } from './view.ts'

export type Colours = ReadonlyMap<string, CountedLabel>

const t = texts.list

/** Returns the cell of a torrent in a column. */
export function renderCell(key: ColumnKey, torrent: Torrent, colours: Colours): ReactNode {
  switch (key) {
    case 'name':
      return <NameCell torrent={torrent} />
    case 'state':
      return <StateCell torrent={torrent} />
    case 'totalBytes':
      return torrent.totalBytes === null ? null : formatBytes(torrent.totalBytes)
    case 'downloadBytesPerSecond':
    case 'uploadBytesPerSecond':
      return torrent[key] > 0 ? formatRate(torrent[key]) : null
    case 'etaSeconds':
      return formatTimeLeft(torrent)
    case 'ratio':
      return torrent.ratio === null ? null : formatRatio(torrent.ratio)
    case 'peers':
      return <PeersCell torrent={torrent} />
    case 'label':
      return torrent.label === null ? null : (
        <LabelChip name={torrent.label} colour={colours.get(torrent.label)?.colour} />
      )
    case 'addedMs':
    case 'completedMs':
      return torrent[key] === null ? null : (
        <span title={formatDate(torrent[key])}>{formatAgo(torrent[key])}</span>
      )
    case 'downloadedBytes':
    case 'uploadedBytes':
      return formatBytes(torrent[key])
    case 'tags':
      return torrent.tags.join(', ')
    case 'queuePosition':
    case 'directory':
      return torrent[key]
  }
}

function formatTimeLeft(torrent: Torrent): string | null {
  const eta = etaOf(torrent)
  return eta === null ? null : formatDuration(eta)
}

function NameCell({ torrent }: { torrent: Torrent }) {
  return (
    <>
      <StateIcon torrent={torrent} />
      {/* The grid handles clicks: thousands of links that use the router would be slow. */}
      <a
        href={`/torrents/${torrent.id}`}
        className={`${layout.clip} ${layout.plain} ${styles.name}`}
        tabIndex={-1}
        title={shownName(torrent.name)}
        draggable={false}
      >
        {shownName(torrent.name)}
      </a>
      {torrent.private && <Icon name="lock" size={13} />}
      {torrent.sealed && <SealedMark />}
    </>
  )
}

/** Not part of the icons: the page of share links would load it, too. */
const SHIELD = 'M12 3.5 5 6v5.5c0 4.6 3 7.7 7 9 4-1.3 7-4.4 7-9V6l-7-2.5Zm0 6.5v4'

export function SealedMark() {
  return (
    <span className={`${layout.fixed} ${layout.muted} ${styles.sealed}`} title={t.sealedHint}>
      <Glyph path={SHIELD} size={14} />
      <span className="visually-hidden">{t.sealed}</span>
    </span>
  )
}

export function StateIcon({ torrent }: { torrent: Torrent }) {
  const { icon, tone } = lookOf(torrent)
  return (
    <span className={`${layout.center} ${layout.fixed} ${styles.state}`} data-tone={tone}>
      <Icon name={icon} size={14} />
    </span>
  )
}

function StateCell({ torrent }: { torrent: Torrent }) {
  const { progress, error, reason } = torrent
  const { tone } = lookOf(torrent)
  const text = stateText(torrent)
  if (!hasProgress(torrent)) return <span className={layout.muted}>{text}</span>
  return (
    <div className={layout.grow}>
      <div className={`${layout.spread} ${layout.tiny} ${styles.progressText}`}>
        <span data-tone={tone} data-reason={reason} title={error ? nodeMessage(error.message) : text}>
          {text}
        </span>
        <span className="number">{formatPercent(progress, 1)}</span>
      </div>
      <ProgressBar value={progress} tone={tone} />
    </div>
  )
}

function PeersCell({ torrent: { peers, swarmSeeds, swarmLeeches } }: { torrent: Torrent }) {
  if (peers === 0 && swarmSeeds === null) return null
  const swarm = swarmSeeds === null ? null : swarmSeeds + (swarmLeeches ?? 0)
  return (
    <span>
      {peers}
      {swarm !== null && <span className={layout.muted}> / {swarm}</span>}
    </span>
  )
}
