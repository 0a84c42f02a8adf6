import type { TorrentDetail } from '@shoal/api'
import { LinkQr } from '../../shared/controls/LinkQr.tsx'
import { Loading, Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked } from '../../shared/node/context.tsx'
import { reachedLink, useReach } from '../../shared/reach/reach.ts'
import styles from './Add.module.css'
import { LinkAudience } from './LinkAudience.tsx'
import { LinkText } from './LinkText.tsx'
import { LinkTrouble } from './LinkTrouble.tsx'
import { NoSealedLink, SealedLink } from './SealedLink.tsx'

const t = texts.add.link

/** Shows the links of a torrent, to copy, to scan, or to send to another program. */
export function TorrentLink({ id }: { id: string }) {
  const asked = useAsked(api => api.getTorrent({ id }), [id])
  if (asked.error) return <Problem error={asked.error} onRetry={asked.reload} />
  if (!asked.value) return <Loading />
  const { sealed, name, link } = asked.value
  return (
    <div className={layout.stack4}>
      <LinkTrouble id={id} />
      {!sealed ? (
        <Links torrent={asked.value} />
      ) : link === null ? (
        <NoSealedLink />
      ) : (
        <SealedLink link={link} name={name} />
      )}
    </div>
  )
}

function Links({ torrent }: { readonly torrent: TorrentDetail }) {
  const { magnet, contentId, name } = torrent
  const { value: reach, error } = useReach()
  if (reach === undefined && !error) return <Loading />
  const reached = torrent.link === null ? null : reachedLink(torrent.link, reach)
  const link = reached?.link ?? null
  return (
    <div className={`${layout.stack4} ${styles.form}`}>
      <div className={styles.link}>
        <div className={`${layout.stack4} ${layout.shrink}`}>
          {link === null ? (
            <Notice tone="info">{torrent.private ? t.nonePrivate : t.noneOff}</Notice>
          ) : (
            <LinkText
              first
              label={t.share}
              value={link}
              copy={t.copy}
              {...(reached?.audience !== 'machine' && { name })}
            />
          )}
          <LinkText
            first={link === null}
            label={t.magnet}
            value={magnet}
            copy={t.copyMagnet}
            {...(link === null && { name })}
          />
        </div>
        {reached?.audience !== 'machine' && (
          <div className={styles.qr}>
            <LinkQr text={link ?? magnet} label={link === null ? t.qrMagnet : t.qr} name={name} />
          </div>
        )}
      </div>
      {reached && <LinkAudience audience={reached.audience} link={reached.link} reach={reach} />}
      <details className={styles.details}>
        <summary>{t.contentId}</summary>
        <LinkText label={t.contentId} value={contentId} copy={t.copyId} hint={t.contentIdHint} />
      </details>
    </div>
  )
}
