import { hostTracker, shareOf, writeShareLink } from '@shoal/links'
import { type FormEvent, useId } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import layout from '../../shared/controls/layout.module.css'
import { texts } from '../../shared/messages/share-page.ts'
import { useServices } from './services.ts'
import styles from './view/view.module.css'

/** Opens a pasted link. */
export function LinkField() {
  const id = useId()
  const { page } = useServices()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = String(new FormData(event.currentTarget).get('link') ?? '').trim()
    if (text) location.hash = fragmentOf(text, page)
  }
  return (
    <form className={`${layout.stack2} ${styles.linkField}`} onSubmit={submit}>
      <label htmlFor={id}>{texts.link.paste}</label>
      <div className={layout.wrap2}>
        <input id={id} name="link" className={styles.input} autoComplete="off" spellCheck={false} />
        <Button type="submit">{texts.link.open}</Button>
      </div>
    </form>
  )
}

/**
 * Links with the address of another page also open here, with the tracker of that page's host,
 * which they do not name.
 */
function fragmentOf(text: string, page: string): string {
  const fragment = text.includes('#') ? text.slice(text.indexOf('#')) : `#${text}`
  const own = hostTracker(text)
  const share = own === null || own === hostTracker(page) ? null : shareOf(text)
  if (!share) return fragment
  const trackers = [own!, ...(share.magnet.trackers ?? [])]
  return writeShareLink('', { ...share, magnet: { ...share.magnet, trackers } })
}
