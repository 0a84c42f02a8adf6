import { type RefObject, useEffect, useState } from 'react'
import { locale } from '../messages/language.ts'
import type { ShownFile } from './shown-file.ts'
import { MAX_SUBTITLE_BYTES, parseCues, subtitlesBeside } from './subtitles.ts'

/**
 * Adds the subtitles of a film to its player. They are added as cues instead of loaded as a
 * document, so that SubRip works and the page needs no permission for `blob:` addresses. Returns
 * the names of those that could not be read.
 */
export function useSubtitles(
  player: RefObject<HTMLMediaElement | null>,
  film: ShownFile,
  siblings: readonly ShownFile[],
) {
  const [failed, setFailed] = useState<readonly string[]>([])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the subtitles of a film are read once
  useEffect(() => {
    const controller = new AbortController()
    const fail = (file: ShownFile) => !controller.signal.aborted && setFailed(names => [...names, file.name])
    const found = subtitlesBeside(film.path, siblings).filter(
      ({ item }) => item.lengthBytes <= MAX_SUBTITLE_BYTES,
    )
    for (const { item, language } of found) {
      addTrack(player.current, item, language, controller.signal).catch(() => fail(item))
    }
    return () => {
      controller.abort()
      for (const track of player.current?.textTracks ?? []) track.mode = 'disabled'
    }
  }, [film.path])
  return failed
}

async function addTrack(
  player: HTMLMediaElement | null,
  file: ShownFile,
  language: string,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch(file.url, { signal })
  if (!response.ok) throw new Error(`status ${response.status}`)
  const cues = parseCues(await response.text())
  if (!player || signal.aborted || cues.length === 0) return
  const tag = languageTag(language)
  const name = tag === '' ? language || file.name : languageName(tag)
  const track = player.addTextTrack('subtitles', name, tag)
  for (const cue of cues) track.addCue(new VTTCue(cue.startSeconds, cue.endSeconds, cue.text))
  const isFirst = [...player.textTracks].every(each => each === track || each.mode !== 'showing')
  track.mode = isFirst && language === '' ? 'showing' : 'disabled'
}

/**
 * Returns the language tag (BCP 47) in a file name, such as `pt-BR`, or an empty text if it is not
 * one.
 */
function languageTag(language: string): string {
  return /^[a-z]{2,3}(-[A-Za-z]{2,4})?$/.test(language) ? language : ''
}

const names = new Intl.DisplayNames(locale, { type: 'language' })
function languageName(tag: string): string {
  return names.of(tag) ?? tag
}
