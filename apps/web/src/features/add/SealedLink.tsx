import { shareOf } from '@shoal/links'
import { LinkQr } from '../../shared/controls/LinkQr.tsx'
import { Loading } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { reachedLink, useReach } from '../../shared/reach/reach.ts'
import styles from './Add.module.css'
import { LinkAudience } from './LinkAudience.tsx'
import { LinkText } from './LinkText.tsx'

const t = texts.add.link

interface Props {
  /** The link from the node, perhaps without the address of a page. */
  readonly link: string
  readonly name: string
}

export function SealedLink({ link: given, name }: Props) {
  const { value: reach, error } = useReach()
  if (reach === undefined && !error) return <Loading />
  const { link, audience } = reachedLink(given, reach)
  const by = shareOf(link)?.seal?.by
  return (
    <div className={`${layout.stack4} ${styles.form}`}>
      <div className={styles.link}>
        <div className={`${layout.stack4} ${layout.shrink}`}>
          {by && <p>{t.sealed.opens[by]}</p>}
          <LinkText
            first
            label={t.sealed.label}
            value={link}
            copy={t.copy}
            {...(audience !== 'machine' && { name })}
            hint={t.sealed.kept}
          />
        </div>
        {audience !== 'machine' && (
          <div className={styles.qr}>
            <LinkQr text={link} label={t.qr} name={name} />
          </div>
        )}
      </div>
      <LinkAudience audience={audience} link={link} reach={reach} isSealed />
    </div>
  )
}

/** Shown if an earlier version sealed the share, or the node has lost the key. */
export function NoSealedLink() {
  return (
    <Notice tone="info">
      <strong>{t.sealed.goneTitle}</strong> {t.sealed.gone}
    </Notice>
  )
}
