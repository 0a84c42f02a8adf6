import { lazy, Suspense, useMemo } from 'react'
import { Logo } from '../../shared/controls/Logo.tsx'
import { texts } from '../../shared/messages/share-page.ts'
import { useCell } from '../../shared/node/context.tsx'
import { openedBy } from './link/opened.ts'
import styles from './page.module.css'
import { type Services, ServicesContext } from './services.ts'
import { useDropped } from './use-dropped.ts'
import { useFragment } from './use-fragment.ts'
import { AskBeforeLeaving } from './view/AskBeforeLeaving.tsx'
import { Boundary } from './view/Boundary.tsx'
import { ShareView } from './view/ShareView.tsx'
import { ThemeSwitch } from './view/ThemeSwitch.tsx'
import { WrongLink } from './view/WrongLink.tsx'

const SharingState = lazy(() => import('./home/SharingState.tsx'))
const Home = lazy(() => import('./home/Home.tsx'))

export function SharePage({ services }: { readonly services: Services }) {
  const fragment = useFragment()
  const isSharing = useCell(services.sharing) !== null
  useDropped(services.dropped)
  const opened = useMemo(() => openedBy(fragment), [fragment])
  return (
    <ServicesContext value={services}>
      <AskBeforeLeaving />
      <header className={styles.header}>
        <a className={styles.brand} href="#/">
          <Logo />
          {texts.name}
        </a>
        {opened.kind !== 'home' && <a href="#/">{texts.home}</a>}
      </header>
      <main className={styles.main}>
        {isSharing && opened.kind !== 'home' && (
          <Suspense>
            <SharingState />
          </Suspense>
        )}
        <Boundary key={opened.kind === 'home' ? opened.kind : fragment}>
          <Suspense>
            {opened.kind === 'home' && <Home />}
            {opened.kind === 'wrong' && <WrongLink code={opened.code} message={opened.message} />}
            {opened.kind === 'share' && (
              <ShareView key={fragment} link={opened.link} magnet={opened.magnet} />
            )}
          </Suspense>
        </Boundary>
      </main>
      <footer className={styles.footer}>
        <p>{texts.tagline}</p>
        <ThemeSwitch />
      </footer>
    </ServicesContext>
  )
}
