import { lazy, type ReactNode, Suspense, useEffect } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { Filters } from '../features/torrents/list/Filters.tsx'
import { Button } from '../shared/controls/Button.tsx'
import { Icon } from '../shared/controls/Icon.tsx'
import { Logo } from '../shared/controls/Logo.tsx'
import { texts } from '../shared/messages/texts.ts'
import { useCell, useNode } from '../shared/node/context.tsx'
import { addRequest, labelShown, linkShown, openAdd, shortcutsShown } from '../shared/ui/ui.ts'
import { DropZone } from './DropZone.tsx'
import { NAVIGATION } from './navigation.ts'
import { OfflineBanner } from './OfflineBanner.tsx'
import { Preferences } from './Preferences.tsx'
import { Rates } from './Rates.tsx'
import { SearchBox } from './SearchBox.tsx'
import styles from './Shell.module.css'
import { useShortcuts } from './useShortcuts.ts'

const AddDialog = lazy(() => import('../features/add/AddDialog.tsx').then(it => ({ default: it.AddDialog })))
const LinkDialog = lazy(() =>
  import('../features/add/LinkDialog.tsx').then(it => ({ default: it.LinkDialog })),
)
const LabelDialog = lazy(() =>
  import('../features/torrents/labels/LabelDialog.tsx').then(it => ({ default: it.LabelDialog })),
)
const Shortcuts = lazy(() => import('./Shortcuts.tsx').then(it => ({ default: it.Shortcuts })))

/** What is around every page: navigation, rates, search, and dialogs that any page may open. */
export function Shell({ children }: { children: ReactNode }) {
  useShortcuts()
  useHandedLink()
  const [path] = useLocation()
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        {texts.app.skip}
      </a>
      <header className={styles.top}>
        <Link href="/" className={styles.brand} aria-label={texts.app.name}>
          <Logo />
          <span>{texts.app.name}</span>
        </Link>
        <SearchBox />
        <div className={styles.tools}>
          <Simulated />
          <Rates />
          <Button
            variant="primary"
            icon="plus"
            onClick={() => openAdd({ tab: 'download' })}
            className={styles.add}
            aria-label={texts.app.add}
          >
            <span>{texts.app.add}</span>
          </Button>
        </div>
      </header>
      <div className={styles.side}>
        <nav aria-label={texts.app.navigation}>
          <NavigationLinks path={path} className={styles.link} />
        </nav>
        <section className={styles.filters} aria-label={texts.list.filters}>
          {path === '/' && <Filters />}
        </section>
        <Preferences />
      </div>
      <main id="content" className={styles.main} tabIndex={-1}>
        <OfflineBanner />
        <div className={styles.page}>{children}</div>
      </main>
      <nav className={styles.bottom} aria-label={texts.app.navigation}>
        <NavigationLinks path={path} className={styles.tab} />
      </nav>
      <DropZone />
      <Dialogs />
    </div>
  )
}

function NavigationLinks({ path, className }: { path: string; className: string | undefined }) {
  return NAVIGATION.map(({ href, icon, name, owns }) => (
    <Link key={href} href={href} className={className} aria-current={owns(path) ? 'page' : undefined}>
      <Icon name={icon} size={20} />
      <span>{texts.app.nav[name]}</span>
    </Link>
  ))
}

function Simulated() {
  const { link } = useNode()
  if (!link.simulated) return null
  return (
    <span className={styles.simulated} title={texts.app.simulatedHint}>
      {texts.app.simulated}
    </span>
  )
}

function Dialogs() {
  const add = useCell(addRequest)
  const torrent = useCell(linkShown)
  const label = useCell(labelShown)
  const shortcuts = useCell(shortcutsShown)
  return (
    <Suspense>
      {add && <AddDialog request={add} onClose={() => addRequest.set(null)} />}
      {torrent && <LinkDialog id={torrent} onClose={() => linkShown.set(null)} />}
      {label && <LabelDialog request={label} onClose={() => labelShown.set(null)} />}
      {shortcuts && <Shortcuts onClose={() => shortcutsShown.set(false)} />}
    </Suspense>
  )
}

/**
 * `/?add=magnet:…`: the browser opens magnet links here. `/#add=magnet:…`: the page of a share link does, so that no log has the link.
 */
function useHandedLink(): void {
  useEffect(() => {
    const text = new URLSearchParams(location.hash.slice(1)).get('add')
    if (text === null) return
    history.replaceState(history.state, '', location.pathname + location.search)
    openAdd({ tab: 'download', text })
  }, [])
  const [query, setQuery] = useSearchParams()
  const handed = query.get('add')
  useEffect(() => {
    if (handed === null) return
    openAdd({ tab: 'download', text: handed })
    setQuery(
      before => {
        before.delete('add')
        return before
      },
      { replace: true },
    )
  }, [handed, setQuery])
}
