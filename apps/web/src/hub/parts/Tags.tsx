import { Link } from 'wouter'
import layout from '../../shared/controls/layout.module.css'
import { shownName } from '../../shared/format/shown-name.ts'
import styles from './listings.module.css'

/** Tags. Each links to a search for listings with it. */
export function Tags({ tags }: { readonly tags: readonly string[] }) {
  if (tags.length === 0) return null
  return (
    <div className={layout.wrap1}>
      {tags.map(tag => (
        <Link key={tag} href={`/?tag=${encodeURIComponent(tag)}`} className={styles.tag}>
          {shownName(tag)}
        </Link>
      ))}
    </div>
  )
}
