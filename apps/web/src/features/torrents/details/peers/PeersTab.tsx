import type { Peer, Torrent } from '@shoal/api'
import { findText } from '@shoal/messages'
import { useMemo, useState } from 'react'
import layout from '../../../../shared/controls/layout.module.css'
import { ProgressBar } from '../../../../shared/controls/Panels.tsx'
import { formatBytes, formatPercent, formatRate } from '../../../../shared/format/format.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import table from '../table.module.css'
import { useDhtOff, usePeers } from '../useLive.ts'
import { AddPeers } from './AddPeers.tsx'
import {
  countryName,
  listFlags,
  noPeersText,
  PEER_COLUMNS,
  PEER_FLAGS,
  type PeerColumn,
  type PeerSort,
  sortPeers,
} from './peer-rows.ts'
import styles from './peers.module.css'
import { SourcesCard } from './SourcesCard.tsx'

const say = texts.torrent.peers
/** More rows than this are useless, and slow. */
const MOST_ROWS = 500

export function PeersTab({ torrent }: { readonly torrent: Torrent }) {
  const peers = usePeers(torrent.id).value
  const [sort, setSort] = useState<PeerSort>({ column: 'down', descending: true })
  const sorted = useMemo(() => sortPeers(peers ?? [], sort), [peers, sort])
  return (
    <div className={`${layout.stack3} ${layout.shrink} ${styles.tab}`}>
      <div className={`${layout.end} ${styles.bar}`}>
        <AddPeers id={torrent.id} />
      </div>
      <SourcesCard id={torrent.id} />
      {sorted.length > 0 && (
        <div className={`${layout.shrink} ${table.box}`}>
          <table className={table.table} aria-label={say.table}>
            <thead>
              <tr>
                {PEER_COLUMNS.map(column => (
                  <ColumnHead key={column} column={column} sort={sort} onSort={setSort} />
                ))}
              </tr>
            </thead>
            <tbody>
              {sorted.slice(0, MOST_ROWS).map(peer => (
                <PeerRow key={`${peer.kind} ${peer.address}`} peer={peer} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {sorted.length > MOST_ROWS && (
        <p className={`${layout.soft} ${table.note}`}>{say.more({ count: sorted.length - MOST_ROWS })}</p>
      )}
      {peers?.length === 0 && <NoPeers torrent={torrent} />}
      {sorted.length > 0 && <FlagLegend />}
    </div>
  )
}

function ColumnHead(props: { column: PeerColumn; sort: PeerSort; onSort: (sort: PeerSort) => void }) {
  const { column, sort, onSort } = props
  const isSorted = sort.column === column
  const isText = column === 'peer' || column === 'kind' || column === 'flags'
  const next = { column, descending: isSorted ? !sort.descending : !isText }
  return (
    <th
      scope="col"
      data-column={column}
      className={isText ? undefined : layout.numeric}
      aria-sort={isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        className={`${layout.inline} ${table.sortButton}`}
        data-end={!isText || undefined}
        onClick={() => onSort(next)}
      >
        {say[column]}
        <span aria-hidden="true" className={table.arrow} data-on={isSorted || undefined}>
          {isSorted && !sort.descending ? '↑' : '↓'}
        </span>
      </button>
    </th>
  )
}

function PeerRow({ peer }: { readonly peer: Peer }) {
  const flags = listFlags(peer)
  return (
    <tr>
      <th scope="row" data-column="peer">
        <div className={styles.peer}>
          {peer.country && (
            <abbr className={styles.country} title={countryName(peer.country)}>
              {peer.country}
            </abbr>
          )}
          <span className={`${layout.clip} ${layout.verbatim}`} title={peer.address}>
            {peer.address}
          </span>
          <small className={layout.clip}>
            {[
              peer.person?.name ?? peer.person?.did,
              peer.client || say.unknownClient,
              peer.country && countryName(peer.country),
            ]
              .filter(Boolean)
              .join(' · ')}
          </small>
        </div>
      </th>
      <td data-column="kind">
        <span className={`${layout.muted} ${layout.nowrap}`}>
          {findText(say.kinds, peer.kind) ?? peer.kind}
        </span>
      </td>
      <td data-column="flags">
        {flags.map(each => (
          <abbr key={each} className={styles.flag} title={say.flag[each]}>
            {each}
          </abbr>
        ))}
      </td>
      <td data-column="progress" className={layout.numeric}>
        <div className={styles.progress}>
          <ProgressBar value={peer.progress} />
        </div>
        <span className={styles.percent}>{formatPercent(peer.progress)}</span>
      </td>
      <Rate column="down" value={peer.downloadBytesPerSecond} />
      <Rate column="up" value={peer.uploadBytesPerSecond} />
      <td data-column="downloaded" className={layout.numeric}>
        {formatBytes(peer.downloadedBytes)}
      </td>
      <td data-column="uploaded" className={layout.numeric}>
        {formatBytes(peer.uploadedBytes)}
      </td>
    </tr>
  )
}

function Rate({ column, value }: { readonly column: 'down' | 'up'; readonly value: number }) {
  return (
    <td data-column={column} className={value > 0 ? layout.numeric : `${layout.numeric} ${table.idle}`}>
      {value > 0 ? formatRate(value) : texts.app.none}
    </td>
  )
}

function NoPeers({ torrent }: { readonly torrent: Torrent }) {
  const isDhtOff = useDhtOff()
  return (
    <div className={`${layout.stack1} ${layout.centered} ${table.empty}`}>
      <p>{say.none}</p>
      <p>{say[noPeersText(torrent, isDhtOff)]}</p>
    </div>
  )
}

function FlagLegend() {
  return (
    <details className={`${layout.soft} ${styles.legend}`}>
      <summary>{say.flagsTitle}</summary>
      <dl>
        {PEER_FLAGS.map(flag => (
          <div key={flag}>
            <dt className={styles.flag}>{flag}</dt>
            <dd>{say.flag[flag]}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
