/** A subtitle, in the form of a browser's cue. Times in seconds. */
export interface Cue {
  readonly startSeconds: number
  readonly endSeconds: number
  /** WebVTT cue text: its few tags and `&amp;` `&lt;` escapes. */
  readonly text: string
}

/** Larger files are not subtitle files. */
export const MAX_SUBTITLE_BYTES = 4_000_000
const MAX_CUES = 50_000
const MAX_TRACKS = 100
const TIMES = /^\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})\s*-->\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})/

/**
 * Parses the cues of SubRip (.srt) or WebVTT (.vtt) text. Invalid parts are left out: a partly
 * downloaded file still shows its beginning.
 */
export function parseCues(text: string): Cue[] {
  const cues: Cue[] = []
  const isVtt = /^\uFEFF?WEBVTT/.test(text)
  for (const block of text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .split(/\n{2,}/)) {
    const cue = parseCue(block.split('\n'), isVtt)
    if (cue) cues.push(cue)
    if (cues.length >= MAX_CUES) break
  }
  return cues
}

function parseCue(lines: readonly string[], isVtt: boolean): Cue | null {
  // The number (SubRip) or name (WebVTT) of a cue may precede its times.
  const at = lines.slice(0, 2).findIndex(line => TIMES.test(line))
  if (at < 0) return null
  const [, start, end] = TIMES.exec(lines[at]!)!
  const text = lines
    .slice(at + 1)
    .join('\n')
    .trim()
  const [startSeconds, endSeconds] = [parseSeconds(start!), parseSeconds(end!)]
  if (text === '' || endSeconds <= startSeconds) return null
  return { startSeconds, endSeconds, text: isVtt ? text : toVttText(text) }
}

function parseSeconds(time: string): number {
  const [fraction = '0', ...whole] = time.split(/[.,]/).reverse()
  const seconds = whole[0]!.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return seconds + Number(fraction.padEnd(3, '0')) / 1000
}

/**
 * Converts the text of a cue to WebVTT. SubRip supports <b>, <i>, <u> and <font>, and some files
 * contain {\an8} and similar; WebVTT supports only the first three.
 */
function toVttText(text: string): string {
  return text
    .replace(/\{\\[^}]{0,100}\}/g, '')
    .replaceAll('&', '&amp;')
    .replace(/<(?!\/?[biu]>)[^<>]{0,200}>/gi, '')
    .replace(/<(?!\/?[biu]>)/gi, '&lt;')
    .replaceAll('-->', '--&gt;')
}

interface FoundSubtitle<Item> {
  readonly item: Item
  /** `en` for `film.en.srt`; empty if there is none. */
  readonly language: string
}

/**
 * Returns the subtitles of a film: files whose name begins with its name, and those in a folder
 * such as `Subs`.
 */
export function subtitlesBeside<Item extends { path: string }>(film: string, files: readonly Item[]) {
  const folder = film.slice(0, film.lastIndexOf('/') + 1)
  const stem = withoutEnding(film.slice(folder.length))
  const found: FoundSubtitle<Item>[] = []
  for (const item of files) {
    if (!/\.(srt|vtt)$/i.test(item.path) || !item.path.startsWith(folder)) continue
    const inSubs = /^(subs?|subtitles)\//i.exec(item.path.slice(folder.length))
    const name = withoutEnding(item.path.slice(folder.length + (inSubs?.[0].length ?? 0)))
    if (name === stem) found.push({ item, language: '' })
    else if (name.startsWith(`${stem}.`)) found.push({ item, language: name.slice(stem.length + 1) })
    else if (inSubs) found.push({ item, language: name })
  }
  return found.slice(0, MAX_TRACKS)
}

const withoutEnding = (path: string) => path.replace(/\.[^./]+$/, '')
