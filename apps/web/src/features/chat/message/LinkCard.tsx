import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import type { LinkKind, ShoalLink } from '../../../shared/chat/shoal-links.ts'
import { Button, buttonClass } from '../../../shared/controls/Button.tsx'
import { Icon } from '../../../shared/controls/Icon.tsx'
import type { IconName } from '../../../shared/controls/icons.ts'
import layout from '../../../shared/controls/layout.module.css'
import { isAborted, messageOf } from '../../../shared/format/errors.ts'
import { formatBytes, formatPercent, listOf } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/chat.ts'
import { type ChatShares, type LinkDownloads, type OpenedFiles, useChatClient } from '../chat-client.ts'
import { LinkFiles } from './LinkFiles.tsx'
import styles from './message.module.css'

const t = texts.link

type Opened =
  | { readonly kind: 'closed' | 'opening' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'open'; readonly share: OpenedFiles }
  | { readonly kind: 'nothing' }

const ICONS: Readonly<Record<LinkKind, IconName>> = {
  picture: 'picture',
  video: 'video',
  audio: 'audio',
  text: 'file',
  other: 'file',
}

/**
 * A link to shared files: their names and sizes, the downloaded part, and actions. Images and
 * videos are downloaded only on request.
 */
export function LinkCard({ link }: { readonly link: ShoalLink }) {
  const { shares } = useChatClient()
  const { name, lengthBytes, kind, isSealed, isWhole } = link
  const progress = useProgress(shares.downloads, link)
  const facts = listOf(
    kind === null ? null : t.kinds[kind],
    lengthBytes === null ? null : formatBytes(lengthBytes),
    isSealed ? t.sealed : null,
    progress === null ? null : progress < 1 ? t.here({ percent: formatPercent(progress) }) : t.complete,
  )
  return (
    <div className={`${layout.box} ${layout.stack2} ${layout.surface} ${styles.link}`}>
      <div className={layout.row2}>
        <Icon name={!isWhole ? 'alert' : kind ? ICONS[kind] : isSealed ? 'lock' : 'share'} size={20} />
        <div className={layout.shrink}>
          <p className={`${layout.bold} ${layout.break}`}>{name === null ? t.share : shownName(name)}</p>
          {facts !== '' && <p className={layout.soft}>{facts}</p>}
          {!isWhole && <p className={layout.soft}>{t.broken}</p>}
        </div>
      </div>
      {isWhole && <LinkActions link={link} shares={shares} />}
    </div>
  )
}

/** Returns the downloaded part of the content, 0 to 1, or null if it is not among the transfers. */
function useProgress(downloads: LinkDownloads | null, { ids }: ShoalLink): number | null {
  const [progress, setProgress] = useState<number | null>(null)
  useEffect(() => {
    if (!downloads) return
    return downloads.follow(ids, setProgress)
  }, [downloads, ids])
  return progress
}

/**
 * Returns the address of the page that opens a link; null if there is none, or before it is known.
 */
function usePageOf(shares: ChatShares, link: string): string | null {
  const [page, setPage] = useState<string | null>(null)
  useEffect(() => {
    let isCurrent = true
    void shares.pageOf(link).then(found => isCurrent && setPage(found))
    return () => {
      isCurrent = false
    }
  }, [shares, link])
  return page
}

function LinkActions({ link, shares }: { readonly link: ShoalLink; readonly shares: ChatShares }) {
  const { downloads } = shares
  const own = usePageOf(shares, link.link)
  const [page, setPage] = useState<string | null>(null)
  const [opened, setOpened] = useState<Opened>({ kind: 'closed' })
  const opening = useRef<AbortController | null>(null)
  const share = opened.kind === 'open' ? opened.share : null
  useEffect(() => () => opening.current?.abort(), [])
  useEffect(() => () => share?.close(), [share])
  const download = () =>
    downloads?.start(link.link).then(setPage, error => setOpened({ kind: 'failed', error }))
  const open = () => {
    const controller = new AbortController()
    opening.current = controller
    setOpened({ kind: 'opening' })
    shares.open!(link.link, controller.signal).then(
      found => {
        if (controller.signal.aborted) found?.close()
        else setOpened(found && found.files.length > 0 ? { kind: 'open', share: found } : { kind: 'nothing' })
      },
      error => controller.signal.aborted || isAborted(error) || setOpened({ kind: 'failed', error }),
    )
  }
  const close = () => {
    opening.current?.abort()
    setOpened({ kind: 'closed' })
  }
  const isActive = opened.kind === 'open' || opened.kind === 'opening'
  return (
    <>
      <div className={layout.wrap2}>
        {shares.open && link.isReadable && !isActive && (
          <Button size="small" icon="eye" onClick={open}>
            {t.open}
          </Button>
        )}
        {isActive && (
          <Button size="small" variant="quiet" icon="close" onClick={close}>
            {t.stop}
          </Button>
        )}
        {!downloads ? null : page === null ? (
          <Button size="small" variant="quiet" icon="download" onClick={download}>
            {t.download}
          </Button>
        ) : (
          <Link className={buttonClass('plain', 'small')} href={page}>
            {t.show}
          </Link>
        )}
        {own !== null && (
          <a className={buttonClass('quiet', 'small')} href={own} target="_blank" rel="noopener noreferrer">
            {t.page}
          </a>
        )}
      </div>
      <p className={layout.soft} role="status">
        {opened.kind === 'opening' && t.opening}
        {opened.kind === 'nothing' && t.nothing}
        {opened.kind === 'failed' && messageOf(opened.error)}
        {page !== null && opened.kind === 'closed' && t.downloading}
      </p>
      {share && <LinkFiles share={share} isSealed={link.isSealed} />}
    </>
  )
}
