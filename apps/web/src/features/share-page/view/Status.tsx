import type { ShareLink } from '@shoal/links'
import { lazy, Suspense, useState } from 'react'
import layout from '../../../shared/controls/layout.module.css'
import { Notice, ProgressBar } from '../../../shared/controls/Panels.tsx'
import { canConnect } from '../../../shared/engine/can-connect.ts'
import type { TorrentDetail, TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { formatBytes, formatDuration, formatPercent, formatRate } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/share-page.ts'
import { useAfter, useOnline } from '../hooks.ts'
import { missesPeers, type Phase, trackerTrouble } from './phase.ts'
import styles from './view.module.css'

const Paused = lazy(() => import('./Paused.tsx'))
const Fault = lazy(() => import('./Fault.tsx'))

interface Props {
  readonly torrent: TorrentSnapshot
  readonly detail: TorrentDetail | null
  readonly phase: Phase
  readonly link: ShareLink
  /** Whether the node that serves the page reports that its owner has paused the share. */
  readonly isPaused: boolean
}

/** If there are peers, they are found within seconds. */
const PATIENCE_MS = 12_000

/** Describes the state in a sentence, and the problem if there is one. */
export function Status({ torrent, detail, phase, link, isPaused }: Props) {
  const isAlone = missesPeers(phase)
  const isCutOff = !useOnline() && (isAlone || phase === 'downloading')
  return (
    <div className={layout.stack2}>
      {torrent.wantedBytes > 0 && <Progress torrent={torrent} phase={phase} />}
      {isAlone && !isCutOff ? (
        isPaused ? (
          <Suspense>
            <Paused />
          </Suspense>
        ) : (
          <MissingPeers detail={detail} phase={phase} link={link} />
        )
      ) : (
        <Sentence>{sentence(torrent, phase)}</Sentence>
      )}
      {isCutOff && <Notice tone="warn">{texts.state.offline}</Notice>}
      {phase === 'error' && (
        <Suspense>
          <Fault torrent={torrent} />
        </Suspense>
      )}
    </div>
  )
}

function Progress({ torrent, phase }: { torrent: TorrentSnapshot; phase: Phase }) {
  const { haveBytes, wantedBytes, downloadBytesPerSecond, etaSeconds } = torrent
  const share = haveBytes / wantedBytes
  const words = [
    formatPercent(share),
    texts.progress.of({ have: formatBytes(haveBytes), all: formatBytes(wantedBytes) }),
    ...(phase === 'downloading' ? [formatRate(downloadBytesPerSecond)] : []),
    ...(phase === 'downloading' && etaSeconds !== null
      ? [texts.progress.left({ time: formatDuration(etaSeconds) })]
      : []),
  ]
  return (
    <>
      <ProgressBar
        value={share}
        label={texts.progress.label}
        {...(phase === 'complete'
          ? { tone: 'good' as const }
          : phase === 'error'
            ? { tone: 'bad' as const }
            : {})}
      />
      <p className={`${layout.wrap2} ${styles.numbers}`}>
        {words.map(word => (
          <span key={word}>{word}</span>
        ))}
      </p>
    </>
  )
}

function sentence(torrent: TorrentSnapshot, phase: Phase): string {
  const say = texts.state
  if (phase === 'offered') return say.ready
  if (phase === 'waiting' || phase === 'absent') return say.looking
  const isPart = torrent.wantedBytes > 0 && torrent.wantedBytes < torrent.lengthBytes
  if (phase === 'complete') return isPart ? say.someComplete : say.complete
  return say[phase]
}

function Sentence({ children }: { readonly children: string }) {
  return (
    <p className={layout.bold} role="status">
      {children}
    </p>
  )
}

/** Says why there are no peers. At first, the search may just take a moment. */
function MissingPeers({ detail, phase, link }: Omit<Props, 'torrent' | 'isPaused'>) {
  const isLong = useAfter(PATIENCE_MS)
  const [isAble] = useState(canConnect)
  const trouble = trackerTrouble(detail, link)
  const say = texts.state
  if (!isAble) return <Notice>{say.unable}</Notice>
  const notice = trouble
    ? trouble === 'none'
      ? say.noTrackers
      : say.noTracker({ name: trouble.failed })
    : isLong && (phase === 'waiting' ? say.waiting : say.nobody)
  return (
    <>
      <Sentence>{isLong ? say.senderOffline : say.looking}</Sentence>
      {notice && <Notice tone={trouble ? 'warn' : 'info'}>{notice}</Notice>}
    </>
  )
}
