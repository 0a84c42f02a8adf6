import { Suspense } from 'react'
import { Link, Route, Switch } from 'wouter'
import { buttonClass } from '../shared/controls/Button.tsx'
import { EmptyState } from '../shared/controls/EmptyState.tsx'
import { ErrorBoundary } from '../shared/controls/ErrorBoundary.tsx'
import { Loading } from '../shared/controls/Loading.tsx'
import { useFeatures } from '../shared/feature.ts'
import { texts } from '../shared/messages/texts.ts'

export function Pages() {
  const screens = useFeatures().flatMap(feature => feature.screens ?? [])
  return (
    <Suspense fallback={<Loading />}>
      <Switch>
        {screens.map(({ path, component: Screen }) => (
          <Route key={path} path={path}>
            {params => (
              <ErrorBoundary key={Object.values(params).join('/')}>
                <Screen />
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

function NotFound() {
  const t = texts.app.notFound
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
