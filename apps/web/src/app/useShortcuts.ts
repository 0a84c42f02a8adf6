import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { linksIn } from '../shared/dropped/links.ts'
import { useFeatures } from '../shared/feature.ts'
import { isInDialog, isTyping } from '../shared/ui/typing.ts'
import { openAdd, SEARCH_BOX, shortcutsShown } from '../shared/ui/ui.ts'

const SECOND_KEY_MS = 1500

/** Keys that work on every page, and pasting a link or files anywhere. */
export function useShortcuts(): void {
  const [, navigate] = useLocation()
  const features = useFeatures()
  useEffect(() => {
    let goUntil = 0
    const onKeyDown = (event: KeyboardEvent) => {
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        isTyping(event.target) ||
        isInDialog(event.target)
      )
        return
      const destination =
        event.timeStamp < goUntil &&
        features.flatMap(({ menu = [] }) => menu).find(({ key }) => key === event.key)
      goUntil = event.key === 'g' ? event.timeStamp + SECOND_KEY_MS : 0
      if (destination) navigate(destination.href)
      else if (event.key === 'a' || event.key === '+') openAdd({ tab: 'download' })
      else if (event.key === '?') shortcutsShown.set(true)
      else if (event.key === '/') document.getElementById(SEARCH_BOX)?.focus()
      else return
      event.preventDefault()
    }
    const onPaste = (event: ClipboardEvent) => {
      if (isTyping(event.target) || isInDialog(event.target)) return
      const files = [...(event.clipboardData?.files ?? [])]
      const text = event.clipboardData?.getData('text') ?? ''
      if (files.length > 0)
        openAdd({ tab: 'download', files: files.map(file => ({ path: file.name, file })) })
      else if (linksIn(text).length > 0) openAdd({ tab: 'download', text })
    }
    // In the capture phase, before the list: the second key of “g p” does not pause selected
    // torrents.
    addEventListener('keydown', onKeyDown, { capture: true })
    addEventListener('paste', onPaste)
    return () => {
      removeEventListener('keydown', onKeyDown, { capture: true })
      removeEventListener('paste', onPaste)
    }
  }, [features, navigate])
}
