import type { TorrentDetail } from '@shoal/api'
import { Loading, Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { QrCode } from '../../shared/controls/QrCode.tsx'
import { absoluteLink } from '../../shared/dropped/links.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked, useNode } from '../../shared/node/context.tsx'
import styles from './Add.module.css'
import { HereOnly } from './HereOnly.tsx'
import { LinkText } from './LinkText.tsx'
import { NoSealedLink, SealedLink } from './SealedLink.tsx'

const t = texts.add.link

/** The links of a torrent, to copy, to scan, to hand to another program. */
export function TorrentLink({ id }: { id: string }) {
  const node = useNode()
  const asked = useAsked(signal => node.api.getTorrent({ id }, { signal }), [id])
  if (asked.error) return <Problem error={asked.error} onRetry={asked.reload} />
  if (!asked.value) return <Loading />
  const { sealed, name, link } = asked.value
  if (!sealed) return <Links torrent={asked.value} />
  return link === null ? <NoSealedLink /> : <SealedLink link={absoluteLink(link)} name={name} />
}

function Links({ torrent }: { readonly torrent: TorrentDetail }) {
  const { magnet, contentId, name } = torrent
  const link = torrent.link === null ? null : absoluteLink(torrent.link)
  return (
    <div className={`${layout.stack4} ${styles.form}`}>
      {link !== null && <p>{t.forWhom}</p>}
      <div className={styles.link}>
        <div className={`${layout.stack4} ${layout.shrink}`}>
          {link === null ? (
            <Notice tone="info">{torrent.private ? t.nonePrivate : t.noneOff}</Notice>
          ) : (
            <LinkText first label={t.share} value={link} copy={t.copy} name={name} />
          )}
          <LinkText
            first={link === null}
            label={t.magnet}
            value={magnet}
            copy={t.copyMagnet}
            {...(link === null && { name })}
          />
        </div>
        <div className={styles.qr}>
          <QrCode text={link ?? magnet} label={link === null ? t.qrMagnet : t.qr} />
        </div>
      </div>
      {link !== null && <HereOnly link={link}>{t.hereOnly}</HereOnly>}
      <details className={styles.details}>
        <summary>{t.contentId}</summary>
        <LinkText label={t.contentId} value={contentId} copy={t.copyId} hint={t.contentIdHint} />
      </details>
    </div>
  )
}
