import type { SearchHit } from '@shoal/api'
import { Link } from 'wouter'
import { Icon } from '../../shared/controls/Icon.tsx'
import layout from '../../shared/controls/layout.module.css'
import { shownName } from '../../shared/format/shown-name.ts'
import { texts } from '../../shared/messages/texts.ts'
import { hrefOf, iconFor, Marked } from './Marked.tsx'
import styles from './Search.module.css'

const t = texts.pages.search

/** A search result: matches are highlighted in the snippet, or else in the path or name. */
export function Hit({ hit }: { hit: SearchHit }) {
  const { torrentName, file, path, snippet, matches } = hit
  const name = shownName(path ?? torrentName)
  return (
    <Link href={hrefOf(hit)} className={`${layout.plain} ${layout.hover} ${styles.hit}`}>
      <span className={`${layout.fixed} ${layout.dim} ${styles.icon}`}>
        <Icon name={iconFor(path)} />
      </span>
      <span className={`${layout.shrink} ${styles.words}`}>
        <span className={`${layout.break} ${styles.name}`}>
          {snippet === null ? <Marked text={name} matches={matches} /> : name}
        </span>
        {snippet !== null && (
          <span className={layout.soft}>
            <Marked text={snippet} matches={matches} />
          </span>
        )}
        {path !== null && path !== torrentName && (
          <span className={layout.soft}>{t.in({ torrent: shownName(torrentName) })}</span>
        )}
        {file === null && <span className={layout.soft}>{t.torrent}</span>}
      </span>
    </Link>
  )
}
