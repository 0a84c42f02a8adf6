import { Suspense } from 'react'
import { Link, Route, Switch } from 'wouter'
import { buttonClass } from '../../shared/controls/Button.tsx'
import { EmptyState } from '../../shared/controls/EmptyState.tsx'
import { ErrorBoundary } from '../../shared/controls/ErrorBoundary.tsx'
import { Loading, Problem } from '../../shared/controls/Loading.tsx'
import { texts } from '../../shared/messages/hub.ts'
import { useCell } from '../../shared/node/context.tsx'
import { useAccount, useHub } from '../state/context.tsx'
import { mayUse } from '../state/hub-store.ts'
import { isThere, SCREENS, type Screen } from './screens.ts'

export function Pages() {
  const hub = useHub()
  const info = useCell(hub.info)
  const account = useCell(hub.account)
  const failure = useCell(hub.failure)
  if (failure) return <Problem error={failure} onRetry={() => void hub.start()} />
  if (!info || account === undefined) return <Loading />
  return (
    <Suspense fallback={<Loading />}>
      <Switch>
        {SCREENS.filter(screen => isThere(screen, info)).map(screen => (
          <Route key={screen.path} path={screen.path}>
            {params => (
              <ErrorBoundary key={Object.values(params).join('/')}>
                <Guarded screen={screen} />
              </ErrorBoundary>
            )}
          </Route>
        ))}
        <Route>
          <NotFound />
        </Route>
      </Switch>
    </Suspense>
  )
}

function Guarded({ screen: { component: Content, for: access = 'open' } }: { readonly screen: Screen }) {
  const account = useAccount()
  if (mayUse(account, access)) return <Content />
  const t = account ? texts.roleOnly : texts.membersOnly
  return (
    <EmptyState
      page
      icon="lock"
      title={t.title}
      actions={
        !account && (
          <Link href="/login" className={buttonClass('primary')}>
            {texts.logIn}
          </Link>
        )
      }
    >
      {t.body}
    </EmptyState>
  )
}

function NotFound() {
  const t = texts.notFound
  return (
    <EmptyState
      page
      icon="search"
      title={t.title}
      actions={
        <Link href="/" className={buttonClass('primary')}>
          {t.back}
        </Link>
      }
    >
      {t.body}
    </EmptyState>
  )
}
