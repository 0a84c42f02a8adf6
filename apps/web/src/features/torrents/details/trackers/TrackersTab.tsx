import type { Torrent, Tracker } from '@shoal/api'
import { useState } from 'react'
import layout from '../../../../shared/controls/layout.module.css'
import { nodeMessage } from '../../../../shared/format/error-message.ts'
import { formatCount, formatDuration } from '../../../../shared/format/format.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import table from '../table.module.css'
import { useTorrentPage } from '../torrent-page.ts'
import { useDhtOff, useTrackers } from '../useLive.ts'
import { useNow } from '../useNow.ts'
import { EditTrackers } from './EditTrackers.tsx'
import { Reannounce } from './Reannounce.tsx'
import { grouped, secondsLeft } from './tracker-rows.ts'
import styles from './trackers.module.css'
import { WebSeeds } from './WebSeeds.tsx'

const say = texts.torrent.trackers

export function TrackersTab({ torrent }: { readonly torrent: Torrent }) {
  const { detail } = useTorrentPage()
  const asked = useTrackers(torrent.id)
  const now = useNow()
  const [shownAt] = useState(Date.now)
  const reported = asked.value
  const { tiers, others } = grouped(reported?.items ?? [])
  const row = (tracker: Tracker) => (
    <TrackerRow
      key={`${tracker.kind} ${tracker.url}`}
      tracker={tracker}
      left={secondsLeft(tracker, reported?.atMs ?? shownAt, now)}
    />
  )
  return (
    <div className={`${layout.stack4} ${layout.shrink} ${styles.tab}`}>
      <div className={`${layout.wrap2} ${layout.end}`}>
        <Reannounce id={torrent.id} />
        <EditTrackers id={torrent.id} items={reported?.items ?? []} onSaved={asked.reload} />
      </div>
      {reported && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
        <section className={`${layout.shrink} ${table.box}`} tabIndex={0} aria-label={say.table}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{say.source}</th>
                <th scope="col">{say.state}</th>
                <th scope="col" className={layout.numeric}>
                  {say.peers}
                </th>
                <th scope="col" data-column="seeds" className={layout.numeric}>
                  {say.seeds}
                </th>
                <th scope="col" data-column="leeches" className={layout.numeric}>
                  {say.leeches}
                </th>
                <th scope="col" data-column="downloads" className={layout.numeric}>
                  {say.downloads}
                </th>
                <th scope="col" data-column="next" className={layout.numeric}>
                  {say.next}
                </th>
              </tr>
            </thead>
            {tiers.map(([tier, trackers]) => (
              <tbody key={tier}>
                {tiers.length > 1 && (
                  <tr className={styles.tier}>
                    <th scope="rowgroup" colSpan={7}>
                      {say.tier({ tier: tier + 1 })}
                    </th>
                  </tr>
                )}
                {trackers.map(row)}
              </tbody>
            ))}
            <tbody>{others.map(row)}</tbody>
          </table>
        </section>
      )}
      {reported && tiers.length === 0 && <NoTrackers isPrivate={torrent.private} />}
      {detail.value && <WebSeeds detail={detail.value} onSaved={detail.reload} />}
    </div>
  )
}

const TONES: Partial<Record<Tracker['state'], string>> = { ok: 'good', working: 'accent', failed: 'bad' }

function NoTrackers({ isPrivate }: { readonly isPrivate: boolean }) {
  const public_ = useDhtOff() ? say.noneNoDht : say.none
  return <p className={`${layout.soft} ${table.note}`}>{isPrivate ? say.nonePrivate : public_}</p>
}

function TrackerRow({ tracker, left }: { readonly tracker: Tracker; readonly left: number | null }) {
  const count = (value: number | null) => (value === null ? texts.app.none : formatCount(value))
  const isTracker = tracker.kind === 'tracker'
  return (
    <tr>
      <th scope="row">
        <div className={styles.source}>
          <span className={isTracker ? layout.verbatim : undefined} title={tracker.url}>
            {isTracker ? tracker.url : say.kinds[tracker.kind as 'dht']}
          </span>
          {!isTracker && <small>{say.kindHints[tracker.kind as 'dht']}</small>}
          {left !== null && (
            <small className={styles.next}>
              {say.next} {say.nextIn({ time: formatDuration(left) })}
            </small>
          )}
          {tracker.message && (
            <small className={tracker.state === 'failed' ? styles.bad : undefined}>
              {nodeMessage(tracker.message)}
            </small>
          )}
        </div>
      </th>
      <td>
        <span
          className={`${layout.inline} ${layout.dot} ${layout.nowrap}`}
          data-tone={TONES[tracker.state] ?? 'idle'}
        >
          {say.states[tracker.state]}
        </span>
      </td>
      <td className={layout.numeric}>{count(tracker.peers)}</td>
      <td data-column="seeds" className={layout.numeric}>
        {count(tracker.seeds)}
      </td>
      <td data-column="leeches" className={layout.numeric}>
        {count(tracker.leeches)}
      </td>
      <td data-column="downloads" className={layout.numeric}>
        {count(tracker.downloads)}
      </td>
      <td data-column="next" className={layout.numeric}>
        {left === null ? texts.app.none : say.nextIn({ time: formatDuration(left) })}
      </td>
    </tr>
  )
}
