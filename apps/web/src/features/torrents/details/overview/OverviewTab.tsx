import type { TorrentDetail } from '@shoal/api'
import { useMemo } from 'react'
import { PiecePicture } from '../../../../shared/charts/PiecePicture.tsx'
import { summarize } from '../../../../shared/charts/piece-picture.ts'
import { Waiting } from '../../../../shared/controls/Loading.tsx'
import layout from '../../../../shared/controls/layout.module.css'
import { texts } from '../../../../shared/messages/texts.ts'
import { texts as pieceTexts } from '../../../../shared/messages/viewing.ts'
import { useTorrentPage } from '../torrent-page.ts'
import { usePieces } from '../useLive.ts'
import { Facts } from './Facts.tsx'
import { contentFacts, identityFacts, transferFacts } from './facts.ts'
import styles from './overview.module.css'

const say = texts.torrent

export function OverviewTab() {
  const { detail } = useTorrentPage()
  return detail.value ? <Overview detail={detail.value} /> : <Waiting asked={detail} />
}

function Overview({ detail }: { readonly detail: TorrentDetail }) {
  const known = usePieces(detail)
  // Without metadata the map is empty, and an empty torrent does not have pieces.
  const pieces = known && known.count > 0 ? known : null
  const isEmpty = known !== null && detail.totalBytes === 0
  const copies = useMemo(() => (pieces ? summarize(pieces).copies : null), [pieces])
  return (
    <div className={`${layout.stack4} ${layout.shrink}`}>
      {!isEmpty && (
        <section className={`${layout.stack3} ${layout.card} ${styles.card}`} aria-labelledby="pieces-title">
          <h2 id="pieces-title" className={layout.heading}>
            {pieceTexts.pieces.title}
          </h2>
          {pieces ? (
            <PiecePicture pieces={pieces} />
          ) : (
            <p className={`${layout.muted} ${styles.wait}`}>{pieceTexts.pieces.none}</p>
          )}
        </section>
      )}
      <div className={styles.columns}>
        <Facts title={say.facts.transfer} facts={transferFacts(detail, copies)} />
        <Facts title={say.facts.content} facts={contentFacts(detail)} />
        <Facts title={say.facts.identity} facts={identityFacts(detail)} wide />
      </div>
    </div>
  )
}
