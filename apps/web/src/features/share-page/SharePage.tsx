import { LANGUAGES, type Language } from '@shoal/messages'
import { Component, lazy, type ReactNode, Suspense, useMemo } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import { Logo } from '../../shared/controls/Logo.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import type { TorrentSnapshot } from '../../shared/engine/protocol.ts'
import { chosenLanguage, setLanguage } from '../../shared/messages/language.ts'
import { texts } from '../../shared/messages/share-page.ts'
import { useCell } from '../../shared/node/context.tsx'
import { setTheme, THEMES, type Theme, theme } from '../../shared/theme/theme.ts'
import { useDropped } from './drops.ts'
import { useAskBeforeLeaving, useFragment } from './hooks.ts'
import { parseFragment } from './links.ts'
import styles from './page.module.css'
import { type Services, ServicesContext, useServices } from './services.ts'
import { ShareView } from './view/ShareView.tsx'

const SharingState = lazy(() => import('./sharing/SharingState.tsx'))
const Home = lazy(() => import('./Home.tsx'))
const WrongLink = lazy(() => import('./WrongLink.tsx'))
const OlderLink = lazy(() => import('./OlderLink.tsx'))

export function SharePage({ services }: { readonly services: Services }) {
  const fragment = useFragment()
  const isSharing = useCell(services.sharing) !== null
  useDropped(services.dropped)
  const opened = useMemo(() => parseFragment(fragment, services.page), [fragment, services])
  return (
    <ServicesContext value={services}>
      <AskBeforeLeaving />
      <header className={`${layout.row4} ${layout.spread} ${styles.header}`}>
        <a className={`${layout.inline} ${styles.brand}`} href="#/">
          <Logo />
          {texts.name}
        </a>
        {opened.kind !== 'home' && <a href="#/">{texts.home}</a>}
      </header>
      <main className={`${layout.stack4} ${styles.main}`}>
        {isSharing && opened.kind !== 'home' && (
          <Suspense>
            <SharingState />
          </Suspense>
        )}
        <Boundary key={opened.kind === 'home' ? opened.kind : fragment}>
          <Suspense>
            {opened.kind === 'home' && <Home />}
            {opened.kind === 'older' && <OlderLink fragment={fragment} />}
            {opened.kind === 'wrong' && <WrongLink code={opened.code} />}
            {opened.kind === 'share' && (
              <ShareView key={fragment} link={opened.link} magnet={opened.magnet} />
            )}
          </Suspense>
        </Boundary>
      </main>
      <footer className={`${layout.wrap2} ${layout.spread} ${styles.footer}`}>
        <p>{texts.tagline}</p>
        <span className={layout.row2}>
          <LanguageChoice />
          <ThemeChoice />
        </span>
      </footer>
    </ServicesContext>
  )
}

/**
 * Asks before the page is closed while possibly no other peer has the whole share: no connected
 * peer is complete, and less than the whole was uploaded. (A peer that has downloaded everything
 * soon disconnects, since two seeds do not stay connected.)
 */
function AskBeforeLeaving() {
  const { store, made } = useServices()
  const torrents = useCell(store.torrents)
  useAskBeforeLeaving(
    [...(torrents?.values() ?? [])].some(torrent => made.has(torrent.id) && isAlone(torrent)),
  )
  return null
}

function isAlone({ origin, paused, seeds, uploadedBytes, lengthBytes }: TorrentSnapshot): boolean {
  return origin === 'shared' && !paused && seeds === 0 && uploadedBytes < lengthBytes
}

/** Keeps the rest of the page usable if a component throws or cannot be loaded. */
class Boundary extends Component<{ readonly children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children
    return (
      <Notice action={<Button onClick={() => location.reload()}>{texts.actions.reload}</Button>}>
        {texts.partFailed}
      </Notice>
    )
  }
}

function ThemeChoice() {
  return (
    <Choice
      label={texts.theme.label}
      value={useCell(theme)}
      options={THEMES.map(each => [each, texts.theme[each]])}
      onChange={value => setTheme(value as Theme)}
    />
  )
}

function LanguageChoice() {
  return (
    <Choice
      label={texts.language.label}
      value={chosenLanguage() ?? ''}
      options={[['', texts.language.system], ...Object.entries(LANGUAGES)]}
      onChange={value => setLanguage((value || null) as Language | null)}
    />
  )
}

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly options: readonly (readonly [value: string, text: string])[]
  onChange(value: string): void
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <select
      className={`${layout.box} ${styles.choice}`}
      aria-label={label}
      value={value}
      onChange={({ target }) => onChange(target.value)}
    >
      {options.map(([each, text]) => (
        <option key={each} value={each}>
          {text}
        </option>
      ))}
    </select>
  )
}
