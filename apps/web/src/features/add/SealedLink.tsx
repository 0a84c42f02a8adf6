import type { SealTo } from '@shoal/api'
import { Loading } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { QrCode } from '../../shared/controls/QrCode.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { reachedLink, useReach } from '../../shared/reach/reach.ts'
import styles from './Add.module.css'
import { LinkAudience } from './LinkAudience.tsx'
import { LinkText } from './LinkText.tsx'

const t = texts.add.link

interface Props {
  /** As the node tells it, perhaps without its address. */
  readonly link: string
  readonly name: string
  /** How it is sealed, if that is known. */
  readonly by?: SealTo['by'] | undefined
}

export function SealedLink({ link: given, name, by }: Props) {
  const { value: reach, error } = useReach()
  if (reach === undefined && !error) return <Loading />
  const { link, audience } = reachedLink(given, reach)
  return (
    <div className={`${layout.stack4} ${styles.form}`}>
      <div className={styles.link}>
        <div className={`${layout.stack4} ${layout.shrink}`}>
          <p>{by ? t.sealed.opens[by] : t.sealed.opensAny}</p>
          <LinkText
            first
            label={t.sealed.label}
            value={link}
            copy={t.copy}
            name={name}
            hint={t.sealed.kept}
          />
        </div>
        {audience !== 'machine' && (
          <div className={styles.qr}>
            <QrCode text={link} label={t.qr} />
          </div>
        )}
      </div>
      <LinkAudience audience={audience} reach={reach} isSealed />
    </div>
  )
}

/** An earlier version sealed it, or the node lost its key. */
export function NoSealedLink() {
  return (
    <Notice tone="info">
      <strong>{t.sealed.goneTitle}</strong> {t.sealed.gone}
    </Notice>
  )
}
