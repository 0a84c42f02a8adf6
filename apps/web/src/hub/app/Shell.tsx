import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { Button, buttonClass } from '../../shared/controls/Button.tsx'
import { Icon } from '../../shared/controls/Icon.tsx'
import { LanguageMenu } from '../../shared/controls/LanguageMenu.tsx'
import { Logo } from '../../shared/controls/Logo.tsx'
import layout from '../../shared/controls/layout.module.css'
import frame from '../../shared/controls/Shell.module.css'
import { ThemeMenu } from '../../shared/controls/ThemeMenu.tsx'
import { notifyError } from '../../shared/controls/toasts.ts'
import { controls } from '../../shared/messages/controls.ts'
import { texts } from '../../shared/messages/hub.ts'
import { useCell } from '../../shared/node/context.tsx'
import { ChatLink } from '../parts/ChatLink.tsx'
import { useHub } from '../state/context.tsx'
import { mayUse } from '../state/hub-store.ts'
import styles from './header.module.css'
import { isThere, SCREENS } from './screens.ts'

/** The frame of every page: the name of the hub, the navigation, and the user's account. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const hub = useHub()
  const info = useCell(hub.info)
  return (
    <div className={frame.shell}>
      <a className={frame.skip} href="#content">
        {controls.skip}
      </a>
      <header className={`${layout.row4} ${frame.top}`}>
        <Link href="/" className={`${layout.row2} ${frame.brand} ${styles.brand}`}>
          <Logo />
          <span className={layout.clip}>{info?.name ?? controls.name}</span>
        </Link>
        <div className={`${layout.row2} ${frame.tools}`}>
          {hub.link.simulated && (
            <span className={frame.simulated} title={texts.simulatedHint}>
              {controls.simulated}
            </span>
          )}
          <LanguageMenu label={texts.language} />
          <ThemeMenu />
          <Visitor />
        </div>
      </header>
      <div className={`${layout.stack} ${frame.side}`}>
        <nav aria-label={controls.navigation}>
          <Entries className={`${layout.row3} ${frame.link}`} />
        </nav>
      </div>
      <main id="content" className={`${layout.stack} ${frame.main}`} tabIndex={-1}>
        <div className={frame.page}>{children}</div>
      </main>
      <nav className={`${frame.bottom} ${styles.bottom}`} aria-label={controls.navigation}>
        <Entries className={frame.tab} />
      </nav>
    </div>
  )
}

function Entries({ className }: { readonly className: string | undefined }) {
  const [path] = useLocation()
  const hub = useHub()
  const account = useCell(hub.account)
  const info = useCell(hub.info)
  const links = SCREENS.map(screen => {
    const { path: href, menu, for: access = 'open' } = screen
    if (!menu || !info || !isThere(screen, info) || !mayUse(account, access)) return null
    const isCurrent = path === href || (href === '/' && path.startsWith('/listings/'))
    return (
      <Link key={href} href={href} className={className} aria-current={isCurrent ? 'page' : undefined}>
        <Icon name={menu.icon} size={20} />
        <span>{menu.label}</span>
      </Link>
    )
  })
  return (
    <>
      {links}
      {account && info && info.chatApp !== null && <ChatLink app={info.chatApp} className={className} />}
    </>
  )
}

/** Shows the logout button to a user who is logged in, and the login links to others. */
function Visitor() {
  const hub = useHub()
  const account = useCell(hub.account)
  const [path, go] = useLocation()
  if (account === undefined) return null
  if (account) {
    const logOut = () => hub.logOut(() => go('/')).catch(notifyError)
    return (
      <Button icon="logout" onClick={logOut} aria-label={texts.logOut} className={frame.add}>
        <span>{texts.logOut}</span>
      </Button>
    )
  }
  if (path === '/login') return null
  return (
    <Link href="/login" className={buttonClass('primary')}>
      {texts.logIn}
    </Link>
  )
}
