import { type KeyboardEvent, useEffect, useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { IconButton } from '../shared/controls/Button.tsx'
import { Icon } from '../shared/controls/Icon.tsx'
import layout from '../shared/controls/layout.module.css'
import { texts } from '../shared/messages/texts.ts'
import { SEARCH_BOX } from '../shared/ui/ui.ts'
import styles from './SearchBox.module.css'

/**
 * On the list it filters with each key press; elsewhere, and with Enter, it searches everywhere.
 */
export function SearchBox() {
  const [path, navigate] = useLocation()
  const [query, setQuery] = useSearchParams()
  const onList = path === '/'
  const known = onList ? (query.get('q') ?? '') : ''
  const [text, setText] = useState(known)
  // A filter that is cleared elsewhere changes the address.
  useEffect(() => setText(known), [known])
  const change = (value: string) => {
    setText(value)
    if (!onList) return
    setQuery(before => with_(before, value), { replace: true })
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter' && text.trim() !== '' && !onList)
      navigate(`/search?q=${encodeURIComponent(text)}`)
    if (event.key !== 'Escape') return
    change('')
    event.currentTarget.blur()
  }
  if (path === '/search')
    return (
      <div className={`${layout.row2} ${layout.grow} ${layout.search} ${styles.box}`} data-hidden="true" />
    )
  const label = onList ? texts.list.filterLabel : texts.pages.search.label
  return (
    <search className={`${layout.row2} ${layout.grow} ${layout.search} ${styles.box}`}>
      <Icon name={onList ? 'filter' : 'search'} size={16} />
      <input
        id={SEARCH_BOX}
        type="text"
        inputMode="search"
        enterKeyHint="search"
        autoComplete="off"
        spellCheck={false}
        aria-label={label}
        placeholder={onList ? texts.list.filterPlaceholder : texts.app.nav.search}
        value={text}
        onChange={({ target }) => change(target.value)}
        onKeyDown={onKeyDown}
      />
      {text === '' ? (
        <kbd>/</kbd>
      ) : (
        <IconButton size="small" icon="close" label={texts.list.clearFilter} onClick={() => change('')} />
      )}
    </search>
  )
}

function with_(query: URLSearchParams, text: string): URLSearchParams {
  if (text === '') query.delete('q')
  else query.set('q', text)
  return query
}
