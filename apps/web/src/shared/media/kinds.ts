/** The viewer for a file. */
export type MediaKind = 'video' | 'audio' | 'picture' | 'markdown' | 'text' | 'pdf' | 'other'

/** Types that browsers draw in an <img>. That includes SVG, whose scripts do not run there. */
const PICTURES = /^image\/(png|jpeg|gif|webp|avif|svg\+xml|bmp|x-icon|vnd\.microsoft\.icon)$/
const TEXT_TYPES =
  /^(text\/|application\/(json|xml|javascript|x-sh|toml|yaml|x-yaml|sql|x-subrip|x-bittorrent-nfo)\b)|\+(json|xml)$/
const TEXT_NAMES =
  /(^|\/)(readme|license|licence|changelog|makefile|dockerfile|authors|copying|install|news)$|\.(txt|md|nfo|diz|log|ini|cfg|conf|csv|tsv|json|ya?ml|toml|xml|html?|css|jsx?|tsx?|mjs|cjs|py|rb|rs|go|c|h|cc|cpp|hpp|java|kt|swift|sh|bash|zsh|fish|ps1|bat|sql|srt|vtt|ass|sub|m3u8?|pls|cue|sfv|md5|sha1|sha256|tex|bib|org|rst|adoc|diff|patch|lua|pl|php|r|scala|vue|svelte)$/i

export function kindOf({
  path,
  mediaType,
}: {
  readonly path: string
  readonly mediaType: string
}): MediaKind {
  const type = mediaType.split(';')[0]!.trim().toLowerCase()
  if (type === 'text/markdown' || /\.(md|markdown)$/i.test(path)) return 'markdown'
  if (TEXT_NAMES.test(path)) return 'text'
  if (type.startsWith('video/') || /\.(mkv|m4v|ogv)$/i.test(path)) return 'video'
  if (type.startsWith('audio/')) return 'audio'
  if (PICTURES.test(type)) return 'picture'
  if (type === 'application/pdf') return 'pdf'
  return TEXT_TYPES.test(type) ? 'text' : 'other'
}

/** Returns whether the page has a viewer for this kind. */
export function canShow(kind: MediaKind): boolean {
  return kind !== 'other'
}
