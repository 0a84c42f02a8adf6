import { Link } from 'wouter'
import { buttonClass } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { useTitle } from '../../../shared/controls/Page.tsx'
import { Card } from '../../../shared/controls/Panels.tsx'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { useAccount, useHubInfo } from '../../state/context.tsx'
import { About } from './About.tsx'
import styles from './front.module.css'
import { ListingsView } from './ListingsView.tsx'

const t = texts.front

/**
 * Shows the listings to members, and a description of the hub with the ways to log in to others.
 * Open hubs show their listings to everyone.
 */
export function FrontPage() {
  const { capabilities } = useHubInfo()
  return useAccount() && capabilities.includes('listings') ? <ListingsView heading="h1" /> : <Welcome />
}

function Welcome() {
  const { name, registration, capabilities } = useHubInfo()
  const account = useAccount()
  const hasListings = capabilities.includes('listings')
  useTitle('')
  return (
    <div className={`${layout.stack4} ${styles.welcome}`}>
      <section className={`${layout.stack3} ${styles.hero}`}>
        <h1 className={layout.break}>{shownName(name)}</h1>
        <p>{t.intro}</p>
        {!account && <WaysIn />}
      </section>
      {hasListings && registration === 'open' && <ListingsView heading="h2" />}
      {hasListings && registration !== 'open' && (
        <Card>
          <p>{t.closedList}</p>
        </Card>
      )}
      <About />
    </div>
  )
}

function WaysIn() {
  const { registration } = useHubInfo()
  return (
    <>
      <p className={layout.bold}>{t[registration]}</p>
      <div className={layout.wrap2}>
        {registration !== 'closed' && (
          <Link href="/join" className={buttonClass('primary', 'large')}>
            {texts.join}
          </Link>
        )}
        <Link href="/login" className={buttonClass('plain', 'large')}>
          {texts.logIn}
        </Link>
      </div>
    </>
  )
}
