import type { Torrent } from '@shoal/api'
import { Link } from 'wouter'
import { Icon } from '../../../../shared/controls/Icon.tsx'
import { LabelChip } from '../../../../shared/controls/Labels.tsx'
import layout from '../../../../shared/controls/layout.module.css'
import { useTitle } from '../../../../shared/controls/Page.tsx'
import { Notice, ProgressBar, type Tone } from '../../../../shared/controls/Panels.tsx'
import { errorMessage } from '../../../../shared/format/error-message.ts'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
  formatRatio,
} from '../../../../shared/format/format.ts'
import { shownName } from '../../../../shared/format/shown-name.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import { stateText } from '../../list/look.ts'
import { etaOf } from '../../list/view.ts'
import { HeadActions, type HeadActionsProps } from './HeadActions.tsx'
import styles from './head.module.css'
import { Why } from './Why.tsx'

const say = texts.torrent.head

/** Shows the torrent, its progress, and the actions for it. */
export function Head({ torrent, onPlay }: HeadActionsProps) {
  useTitle(shownName(torrent.name))
  return (
    <header className={`${layout.stack3} ${layout.shrink}`}>
      <Link href="/" className={`${layout.inline} ${layout.soft} ${layout.plain} ${styles.back}`}>
        <Icon name="left" size={16} />
        {texts.torrent.back}
      </Link>
      <div className={`${layout.row3} ${layout.start} ${layout.spread} ${styles.top}`}>
        <div className={`${layout.stack2} ${layout.shrink}`}>
          <h1 className={`${layout.break} ${styles.name}`}>{shownName(torrent.name)}</h1>
          <p className={`${layout.wrap2} ${layout.soft} ${layout.tabular} ${styles.sub}`}>
            <span
              className={`${layout.inline} ${layout.dot} ${layout.strong} ${layout.bold}`}
              data-tone={chooseTone(torrent)}
            >
              {stateText(torrent)}
            </span>
            {torrent.totalBytes !== null && <span>{formatSize(torrent)}</span>}
            {torrent.private && <span>{texts.list.private}</span>}
            {torrent.sealed && <span title={texts.list.sealedHint}>{texts.list.sealed}</span>}
            {torrent.label && <LabelChip name={torrent.label} />}
            {torrent.tags.map(tag => (
              <span key={tag} className={styles.tag}>
                {tag}
              </span>
            ))}
          </p>
        </div>
        <HeadActions torrent={torrent} onPlay={onPlay} />
      </div>
      {torrent.error && <Notice>{errorMessage(torrent.error)}</Notice>}
      <Why torrent={torrent} />
      <div className={`${layout.pair} ${styles.progress}`}>
        <ProgressBar value={torrent.progress} tone={chooseTone(torrent)} />
        <span className="number">{formatPercent(torrent.progress, 1)}</span>
      </div>
      <Numbers torrent={torrent} />
    </header>
  )
}

function Numbers({ torrent }: { readonly torrent: Torrent }) {
  const none = texts.app.none
  const rate = (value: number) => (value > 0 ? formatRate(value) : none)
  const eta = etaOf(torrent)
  return (
    <dl className={`${layout.wrap2} ${layout.start} ${styles.numbers}`}>
      <Figure
        name={say.down}
        value={rate(torrent.downloadBytesPerSecond)}
        tone="down"
        note={formatBytes(torrent.downloadedBytes)}
      />
      <Figure
        name={say.up}
        value={rate(torrent.uploadBytesPerSecond)}
        tone="up"
        note={formatBytes(torrent.uploadedBytes)}
      />
      {eta !== null && <Figure name={say.left} value={formatDuration(eta)} />}
      <Figure name={say.ratio} value={torrent.ratio === null ? none : formatRatio(torrent.ratio)} />
      <Figure name={say.peers} value={formatCount(torrent.peers)} note={formatPeers(torrent)} />
    </dl>
  )
}

function Figure(props: { name: string; value: string; note?: string; tone?: 'down' | 'up' }) {
  return (
    <div className={styles.figure}>
      <dt>{props.name}</dt>
      <dd data-tone={props.tone}>{props.value}</dd>
      {props.note && <dd className={styles.note}>{props.note}</dd>}
    </div>
  )
}

const formatPeers = ({ peers, seeds }: Torrent) => (peers > 0 ? say.seeds({ count: seeds }) : ' ')

function formatSize({ state, haveBytes, wantedBytes, totalBytes }: Torrent): string {
  const whole = wantedBytes ?? totalBytes ?? 0
  return state === 'seeding' || state === 'complete'
    ? formatBytes(whole)
    : say.of({ part: formatBytes(Math.min(haveBytes, whole)), whole: formatBytes(whole) })
}

function chooseTone({ state, reason }: Torrent): Tone {
  if (reason !== null) return 'warn'
  if (state === 'error') return 'bad'
  if (state === 'seeding') return 'good'
  return state === 'paused' || state === 'complete' || state === 'queued' ? 'idle' : 'accent'
}
