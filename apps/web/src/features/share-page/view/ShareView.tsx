import type { ShareLink } from '@shoal/links'
import { infoHashText } from '@shoal/torrent'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { Icon } from '../../../shared/controls/Icon.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Notice } from '../../../shared/controls/Panels.tsx'
import type { TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { errorMessage } from '../../../shared/format/error-message.ts'
import { formatBytes } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/share-page.ts'
import { useCell } from '../../../shared/node/context.tsx'
import { useAskBeforeLeaving } from '../hooks.ts'
import { useHost } from '../host/use-host.ts'
import { shareLink } from '../links.ts'
import { useOwnShare } from '../own-shares.ts'
import { useDetail, useServices } from '../services.ts'
import { listFiles, type NamedFiles, type ShareFile } from '../share-file.ts'
import { Controls } from './Controls.tsx'
import { Files } from './Files.tsx'
import { Peers } from './Peers.tsx'
import { choosePhase, missesPeers } from './phase.ts'
import { Status } from './Status.tsx'
import { useChosen } from './use-chosen.ts'
import { useSaving } from './use-saving.ts'
import styles from './view.module.css'

const Again = lazy(() => import('../sharing/Again.tsx'))
/** Loaded when a download starts. */
const Pieces = lazy(() => import('./Pieces.tsx'))
const Seeding = lazy(() => import('./Seeding.tsx'))
const Sender = lazy(() => import('./Sender.tsx'))
const Direct = lazy(() => import('./Direct.tsx'))
const Unsecured = lazy(() => import('./Unsecured.tsx'))
const Sealed = lazy(() => import('../sealing/Sealed.tsx'))
const More = lazy(() => import('./More.tsx'))
const Room = lazy(() => import('../room/Room.tsx'))
const LinkBox = lazy(() => import('./LinkBox.tsx').then(({ LinkBox }) => ({ default: LinkBox })))

interface Props {
  readonly link: ShareLink
  readonly magnet: string
}

/** Shows the content of a link, its peers, and the actions for it. */
export function ShareView({ link, magnet }: Props) {
  const { torrent, failure } = useOpened(link, magnet)
  const [inside, setInside] = useState<NamedFiles | null>(null)
  const name = inside?.name ?? torrent?.name ?? link.magnet.name ?? texts.name
  useEffect(() => {
    document.title = `${name} – ${texts.name}`
  }, [name])
  return (
    <>
      <Head name={name} link={link} torrent={torrent} inside={inside?.files ?? null} />
      {failure && <Notice>{errorMessage(failure)}</Notice>}
      {torrent ? (
        <Found torrent={torrent} link={link} magnet={magnet} name={name} inside={inside} onOpen={setInside} />
      ) : (
        !failure && <p>{texts.state.starting}</p>
      )}
    </>
  )
}

interface FoundProps extends Props {
  readonly torrent: TorrentSnapshot
  readonly name: string
  /** The files inside a sealed share once it is open. */
  readonly inside: NamedFiles | null
  onOpen(inside: NamedFiles): void
}

function Found({ torrent, link, magnet, name, inside, onOpen }: FoundProps) {
  const services = useServices()
  const { peer, made, config } = services
  const detail = useDetail(torrent.id)
  const phase = choosePhase(torrent, detail)
  const ownShare = useOwnShare(torrent, link)
  const choice = useChosen(torrent, detail)
  const saving = useSaving()
  const isMine = torrent.origin === 'shared' || made.has(torrent.id)
  const isComplete = phase === 'complete'
  // Without https, browsers provide neither storage nor service workers to pages.
  const host = useHost(link, !isMine && (!isSecureContext || missesPeers(phase)))
  const base = !isSecureContext && host?.state === 'here' && !isMine ? host.base : undefined
  const isLimited =
    !isSecureContext && !isMine && (!config.isNode || host?.state === 'none' || host?.state === 'sealed')
  const files = useMemo(
    () => listFiles(peer, torrent.id, detail?.files ?? [], base),
    [peer, torrent.id, detail, base],
  )
  const shown = link.seal ? (inside?.files ?? []) : files
  const begun = torrent.wantedBytes > 0
  const isWanted = (file: ShareFile) => file.haveBytes === null || choice.has(file.index)
  // Content that has not been opened cannot have been saved.
  const isUnsaved = (link.seal && !inside) || shown.filter(isWanted).some(saving.isUnsaved)
  // A download in memory is lost when the page is closed.
  useAskBeforeLeaving(torrent.origin === 'memory' && torrent.haveBytes > 0 && isUnsaved)
  return (
    <>
      {isMine && <LinkBox link={shareLink(torrent, services, link.seal)} name={torrent.name} />}
      {ownShare && (
        <Suspense>
          <Again share={ownShare} />
        </Suspense>
      )}
      <Suspense>
        {isMine && isComplete ? (
          <Sender torrent={torrent} detail={detail} />
        ) : base ? (
          <Direct {...{ torrent, name, base, files, choice, saving }} />
        ) : (
          <Status {...{ torrent, detail, phase, link }} isPaused={host?.state === 'paused'} />
        )}
        {isLimited && <Unsecured files={shown} isSealed={link.seal !== undefined} />}
      </Suspense>
      {(!link.seal || inside || begun) && !isMine && !base && (
        <Controls {...{ torrent, name, phase, choice, saving }} files={shown} />
      )}
      {begun && detail && !isMine && !base && (
        <Suspense>
          <Pieces detail={detail} />
        </Suspense>
      )}
      {link.seal && (
        <Suspense>
          <Sealed seal={link.seal} sealed={files[0] ?? null} isOpen={inside !== null} onOpen={onOpen} />
        </Suspense>
      )}
      {shown.length > 0 && (
        <Files
          files={shown}
          choice={link.seal || isMine || shown.length === 1 ? null : choice}
          saving={isMine ? null : saving}
        />
      )}
      {link.roomHub !== undefined && (
        <Suspense>
          <Room link={link} />
        </Suspense>
      )}
      {torrent.haveBytes > 0 && !isMine && (
        <Suspense>
          <Seeding torrent={torrent} detail={detail} />
        </Suspense>
      )}
      {detail && <Peers peers={detail.connected} />}
      <More torrent={torrent} link={link} magnet={magnet} isMine={isMine} />
    </>
  )
}

interface HeadProps {
  readonly name: string
  readonly link: ShareLink
  readonly torrent: TorrentSnapshot | undefined
  /** The files inside a sealed share, once it is open. */
  readonly inside: readonly ShareFile[] | null
}

/** Name, size and state. Until a peer has answered, these come from the link. */
function Head({ name, link, torrent, inside }: HeadProps) {
  const lengthBytes = torrent?.lengthBytes || link.lengthBytes
  const fileCount = inside?.length ?? torrent?.fileCount ?? 0
  return (
    <div className={`${layout.stack1} ${styles.head}`}>
      <h1>{shownName(name)}</h1>
      <p className={`${layout.wrap2} ${styles.facts}`}>
        {lengthBytes ? <span>{formatBytes(lengthBytes)}</span> : null}
        {fileCount > 0 && <span>{texts.facts.files({ count: fileCount })}</span>}
        {link.seal && (
          <span className={`${layout.inline} ${layout.good}`} title={texts.facts.sealedHint}>
            <Icon name="lock" size={15} /> {texts.facts.sealed}
          </span>
        )}
        {torrent && torrent.origin !== 'shared' && fileCount > 0 && <span>{connected(torrent)}</span>}
      </p>
    </div>
  )
}

/** A complete page does not receive the pieces of its peers, so it cannot count seeds. */
function connected({ seeds, peers, haveBytes, lengthBytes }: TorrentSnapshot): string {
  const say = texts.peers
  if (peers === 0) return say.nobody
  if (haveBytes >= lengthBytes) return say.connected({ count: peers })
  return seeds === peers ? say.seeds({ count: peers }) : say.some({ count: peers, seeds })
}

/** Returns the torrent of a link. Adds it, without selected files, if it does not exist. */
function useOpened(link: ShareLink, magnet: string): { torrent?: TorrentSnapshot; failure: Error | null } {
  const { store, peer, config } = useServices()
  const torrents = useCell(store.torrents)
  const noEngine = useCell(store.failure)
  const [failed, setFailed] = useState<Error | null>(null)
  const isThere = torrents !== null
  useEffect(() => {
    if (!isThere) return
    const { seal } = link
    peer
      .add(magnet, {
        ...{ select: [], trackers: config.trackers },
        ...(seal?.by === 'key' && { linkKey: seal.key }),
      })
      .then(torrent => store.put(torrent), setFailed)
  }, [peer, store, config, link, magnet, isThere])
  const torrent = torrents && found(torrents.values(), link)
  return { ...(torrent && { torrent }), failure: noEngine ?? failed }
}

/** Finds a torrent by either hash: a link may contain only one of its two hashes. */
function found(torrents: Iterable<TorrentSnapshot>, { magnet }: ShareLink): TorrentSnapshot | undefined {
  const { v1, v2 } = magnet.infoHashes
  const hashes = [v1 && infoHashText({ v1 }), v2 && infoHashText({ v2 })]
  return [...torrents].find(({ infoHashes }) =>
    hashes.some(hash => hash !== undefined && (hash === infoHashes.v1 || hash === infoHashes.v2)),
  )
}
