import { type ReactNode, Suspense, useEffect } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import type { Cell } from '../shared/base/cell.ts'
import { Button } from '../shared/controls/Button.tsx'
import { Icon } from '../shared/controls/Icon.tsx'
import { Logo } from '../shared/controls/Logo.tsx'
import layout from '../shared/controls/layout.module.css'
import { Menu } from '../shared/controls/Menu.tsx'
import styles from '../shared/controls/Shell.module.css'
import type { DroppedFile } from '../shared/dropped/dropped.ts'
import { linksIn } from '../shared/dropped/links.ts'
import { dialog, isCurrent, type MenuEntry, menuOf, useFeatures } from '../shared/feature.ts'
import { formatCount } from '../shared/format/format.ts'
import { controls } from '../shared/messages/controls.ts'
import { texts } from '../shared/messages/texts.ts'
import { useCell, useNode } from '../shared/node/context.tsx'
import { DropZone } from '../shared/ui/DropZone.tsx'
import { openAdd, shortcutsShown } from '../shared/ui/ui.ts'
import { FullDiskBanner } from './FullDiskBanner.tsx'
import { OfflineBanner } from './OfflineBanner.tsx'
import { Preferences } from './Preferences.tsx'
import { Rates } from './Rates.tsx'
import { SearchBox } from './SearchBox.tsx'
import { useCompletionNotices } from './useCompletionNotices.ts'
import { useShortcuts } from './useShortcuts.ts'

const Shortcuts = dialog(shortcutsShown, () => import('./Shortcuts.tsx').then(it => it.Shortcuts))

const DROPPED = ['Files', 'text/uri-list', 'text/plain']

function addDropped(files: readonly DroppedFile[], text: string): void {
  if (files.length === 0) {
    if (linksIn(text).length > 0) openAdd({ tab: 'download', text })
    return
  }
  const isTorrent = files.every(({ path }) => /\.torrent$/i.test(path))
  openAdd({ tab: isTorrent ? 'download' : 'share', files })
}

/** The frame of every page: navigation, rates, search, and the dialogs that any page may open. */
export function Shell({ children }: { children: ReactNode }) {
  useShortcuts()
  useHandedLink()
  useCompletionNotices()
  const [path] = useLocation()
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        {controls.skip}
      </a>
      <header className={`${layout.row4} ${styles.top}`}>
        <Link href="/" className={`${layout.row2} ${styles.brand}`} aria-label={controls.name}>
          <Logo />
          <span>{controls.name}</span>
        </Link>
        <SearchBox />
        <div className={`${layout.row3} ${styles.tools}`}>
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
      <div className={`${layout.stack} ${styles.side}`}>
        <nav aria-label={controls.navigation}>
          <NavigationLinks path={path} className={`${layout.row3} ${styles.link}`} />
        </nav>
        <Sidebar path={path} />
        <Preferences />
      </div>
      <main id="content" className={`${layout.stack} ${styles.main}`} tabIndex={-1}>
        <OfflineBanner />
        <FullDiskBanner />
        <div className={styles.page}>{children}</div>
      </main>
      <nav className={styles.bottom} aria-label={controls.navigation}>
        <PhoneLinks path={path} />
      </nav>
      <DropZone title={texts.add.drop} hint={texts.add.dropHint} types={DROPPED} onDrop={addDropped} />
      <Dialogs />
    </div>
  )
}

function useMenu(): readonly MenuEntry[] {
  return menuOf(useFeatures())
}

function NavigationLinks({ path, className }: { path: string; className: string | undefined }) {
  return useMenu().map(entry => <NavigationLink key={entry.href} {...{ entry, path, className }} />)
}

interface LinkProps {
  readonly entry: MenuEntry
  readonly path: string
  readonly className: string | undefined
}

function NavigationLink({ entry, path, className }: LinkProps) {
  return (
    <Link href={entry.href} className={className} aria-current={isCurrent(entry, path) ? 'page' : undefined}>
      <Icon name={entry.icon} size={20} />
      <span>{entry.label}</span>
      {entry.count && <Count of={entry.count} />}
    </Link>
  )
}

/** The navigation bar on phones: the main pages, and all others behind *More*. */
function PhoneLinks({ path }: { path: string }) {
  const [, navigate] = useLocation()
  const menu = useMenu()
  const others = menu.filter(({ isDaily }) => !isDaily)
  const isOther = others.some(entry => isCurrent(entry, path))
  return (
    <>
      {menu
        .filter(({ isDaily }) => isDaily)
        .map(entry => (
          <NavigationLink key={entry.href} {...{ entry, path }} className={styles.tab} />
        ))}
      <Menu
        trigger={
          <button type="button" className={styles.tab} aria-current={isOther ? 'true' : undefined}>
            <Icon name="more" size={20} />
            <span>{texts.app.nav.more}</span>
          </button>
        }
        items={() =>
          others.map(({ label, icon, href }) => ({ text: label, icon, onSelect: () => navigate(href) }))
        }
      />
    </>
  )
}

function Count({ of }: { of: Cell<number> }) {
  const count = useCell(of)
  if (count === 0) return null
  return (
    <span className={`${layout.fixed} ${layout.badge} ${styles.count} number`}>
      <span className="visually-hidden">{texts.app.unread({ count })}</span>
      <span aria-hidden="true">{formatCount(count)}</span>
    </span>
  )
}

/** Shows the content that the screen at `path` defines for the area below the menu. */
function Sidebar({ path }: { path: string }) {
  const screens = useFeatures().flatMap(feature => feature.screens ?? [])
  const sidebar = screens.find(screen => screen.path === path)?.sidebar
  if (!sidebar) return <div className={styles.sidebar} />
  const { label, component: Content } = sidebar
  return (
    <section className={styles.sidebar} aria-label={label}>
      <Content />
    </section>
  )
}

function Simulated() {
  const { link } = useNode()
  if (!link.simulated) return null
  return (
    <span className={styles.simulated} title={texts.app.simulatedHint}>
      {controls.simulated}
    </span>
  )
}

function Dialogs() {
  const dialogs = useFeatures().flatMap(feature => feature.dialogs ?? [])
  return (
    <Suspense>
      {dialogs.map((Content, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list stays as it is
        <Content key={index} />
      ))}
      <Shortcuts />
    </Suspense>
  )
}

/**
 * Handles `/?add=magnet:…`, as the browser opens magnet links, and `/#add=magnet:…`, as the page of
 * a share link does: no server log contains the fragment.
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
