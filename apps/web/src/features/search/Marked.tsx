import type { SearchHit } from '@shoal/api'
import type { IconName } from '../../shared/controls/icons.ts'
import { marked } from './marked.ts'

/** A text with highlighted matches. */
export function Marked({ text, matches }: { text: string; matches: SearchHit['matches'] }) {
  return marked(text, matches).map(({ at, part, hit }) =>
    hit ? <mark key={at}>{part}</mark> : <span key={at}>{part}</span>,
  )
}

/** Returns the address in the console that shows a hit. */
export function hrefOf({ torrent, file }: Pick<SearchHit, 'torrent' | 'file'>): string {
  return file === null ? `/torrents/${torrent}` : `/torrents/${torrent}?tab=files&file=${file}`
}

/** Returns the icon for a file, or for a torrent if the path is null. */
export function iconFor(path: string | null): IconName {
  if (path === null) return 'transfers'
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
  if (/^(mp4|mkv|webm|avi|mov|m4v|ogv)$/.test(ending)) return 'video'
  if (/^(mp3|flac|ogg|opus|wav|m4a|aac)$/.test(ending)) return 'audio'
  if (/^(jpe?g|png|gif|webp|avif|svg)$/.test(ending)) return 'picture'
  if (/^(txt|md|html?|pdf|epub|doc|docx|odt)$/.test(ending)) return 'document'
  return /^(zip|tar|gz|xz|7z|rar|zst|iso|img)$/.test(ending) ? 'archive' : 'file'
}
