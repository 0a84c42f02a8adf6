import type { ListingSummary } from '@shoal/hub-api'
import { Link } from 'wouter'
import { Icon } from '../../shared/controls/Icon.tsx'
import layout from '../../shared/controls/layout.module.css'
import { formatAgo, formatBytes, listOf } from '../../shared/format/format.ts'
import { shownName } from '../../shared/format/shown-name.ts'
import { texts } from '../../shared/messages/hub.ts'
import { categoryName, thumbnailPath } from './listing.ts'
import styles from './listings.module.css'
import { personName } from './person.ts'
import { Tags } from './Tags.tsx'

const t = texts.list

/** A listing as an item of a list. */
export function ListingItem({ listing }: { readonly listing: ListingSummary }) {
  const { id, title, author, createdMs, sizeBytes, comments, seeders, leechers, tags, thumbnails, hidden } =
    listing
  const [picture] = thumbnails
  return (
    <li className={`${layout.row3} ${layout.start} ${styles.item}`}>
      {picture === undefined ? (
        <span className={`${layout.center} ${styles.thumbnail} ${styles.none}`}>
          <Icon name={listing.kind === 'sealed' ? 'lock' : 'archive'} size={24} />
        </span>
      ) : (
        <img className={styles.thumbnail} src={thumbnailPath(id, picture)} alt="" loading="lazy" />
      )}
      <div className={`${layout.grow} ${layout.stack1}`}>
        <Link href={`/listings/${id}`} className={`${layout.break} ${styles.title}`}>
          {shownName(title)}
        </Link>
        <p className={`${layout.soft} ${layout.break}`}>
          {listOf(
            categoryName(listing.category),
            sizeBytes > 0 ? formatBytes(sizeBytes) : null,
            t.seeders({ count: seeders }),
            t.leechers({ count: leechers }),
          )}
        </p>
        <p className={`${layout.soft} ${layout.break}`}>
          {listOf(
            t.by({ name: personName(author) }),
            formatAgo(createdMs),
            comments > 0 ? t.comments({ count: comments }) : null,
          )}
        </p>
        {hidden !== null && <p className={`${layout.small} ${layout.bold} ${layout.warn}`}>{t.hidden}</p>}
        <Tags tags={tags} />
      </div>
    </li>
  )
}
