import type { Listing } from '@shoal/hub-api'
import { useWork } from '../../../shared/base/use-work.ts'
import { IconButton } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { notifyError } from '../../../shared/controls/toasts.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { thumbnailPath } from '../../parts/listing.ts'
import { useHub } from '../../state/context.tsx'
import styles from './publish.module.css'

interface Props {
  readonly listing: Listing
  onChanged(listing: Listing): void
}

/** The thumbnails of a listing, each with a button that removes it. */
export function Thumbnails({ listing: { id, title, thumbnails }, onChanged }: Props) {
  const { api } = useHub()
  const { isBusy, run } = useWork()
  if (thumbnails.length === 0) return null
  return (
    <ul className={layout.wrap2}>
      {thumbnails.map((name, index) => (
        <li key={name} className={styles.picture}>
          <img src={thumbnailPath(id, name)} alt={texts.listing.picture({ number: index + 1, title })} />
          <IconButton
            icon="trash"
            size="small"
            label={texts.publish.removePicture({ number: index + 1 })}
            disabled={isBusy}
            onClick={() => run(() => api.removeThumbnail({ id, name }).then(onChanged, notifyError))}
          />
        </li>
      ))}
    </ul>
  )
}
