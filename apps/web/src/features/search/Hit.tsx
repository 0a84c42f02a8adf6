import type { SearchHit } from '@shoal/api'
import { Link } from 'wouter'
import { Icon } from '../../shared/controls/Icon.tsx'
import type { IconName } from '../../shared/controls/icons.ts'
import layout from '../../shared/controls/layout.module.css'
import { shownName } from '../../shared/format/shown-name.ts'
import { texts } from '../../shared/messages/texts.ts'
import { marked } from './marked.ts'
import styles from './Search.module.css'

const t = texts.pages.search

/** One thing that was found: what matches is marked in the snippet, or else in the path or name. */
export function Hit({ hit }: { hit: SearchHit }) {
  const { torrent, torrentName, file, path, snippet, matches } = hit
  const href = file === null ? `/torrents/${torrent}` : `/torrents/${torrent}?tab=files&file=${file}`
  const name = shownName(path ?? torrentName)
  return (
    <Link href={href} className={styles.hit}>
      <span className={styles.icon}>
        <Icon name={iconFor(path)} />
      </span>
      <span className={styles.words}>
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

function Marked({ text, matches }: { text: string; matches: SearchHit['matches'] }) {
  return marked(text, matches).map(({ at, part, hit }) =>
    hit ? <mark key={at}>{part}</mark> : <span key={at}>{part}</span>,
  )
}

function iconFor(path: string | null): IconName {
  if (path === null) return 'transfers'
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
  if (/^(mp4|mkv|webm|avi|mov|m4v|ogv)$/.test(ending)) return 'video'
  if (/^(mp3|flac|ogg|opus|wav|m4a|aac)$/.test(ending)) return 'audio'
  if (/^(jpe?g|png|gif|webp|avif|svg)$/.test(ending)) return 'picture'
  if (/^(txt|md|html?|pdf|epub|doc|docx|odt)$/.test(ending)) return 'document'
  return /^(zip|tar|gz|xz|7z|rar|zst|iso|img)$/.test(ending) ? 'archive' : 'file'
}
