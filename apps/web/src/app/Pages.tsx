import { lazy, Suspense } from 'react'
import { Link, Route, Switch } from 'wouter'
import { ListPage } from '../features/torrents/list/ListPage.tsx'
import { buttonClass } from '../shared/controls/Button.tsx'
import { EmptyState, Loading } from '../shared/controls/Parts.tsx'
import { texts } from '../shared/messages/texts.ts'
import { ErrorBoundary } from './ErrorBoundary.tsx'

const Dashboard = lazy(() =>
  import('../features/dashboard/DashboardPage.tsx').then(it => ({ default: it.DashboardPage })),
)
const Search = lazy(() =>
  import('../features/search/SearchPage.tsx').then(it => ({ default: it.SearchPage })),
)
const Feeds = lazy(() => import('../features/feeds/FeedsPage.tsx').then(it => ({ default: it.FeedsPage })))
const Welcome = lazy(() =>
  import('../features/add/welcome/WelcomePage.tsx').then(it => ({ default: it.WelcomePage })),
)
const Settings = lazy(() =>
  import('../features/settings/SettingsPage.tsx').then(it => ({ default: it.SettingsPage })),
)
const TorrentPage = lazy(() =>
  import('../features/torrents/details/TorrentPage.tsx').then(it => ({ default: it.TorrentPage })),
)

export function Pages() {
  return (
    <Suspense fallback={<Loading />}>
      <Switch>
        <Route path="/">
          <ListPage />
        </Route>
        <Route path="/torrents/:id">
          {({ id }) => (
            <ErrorBoundary key={id}>
              <TorrentPage key={id} id={id} />
            </ErrorBoundary>
          )}
        </Route>
        <Page path="/dashboard" component={Dashboard} />
        <Page path="/search" component={Search} />
        <Page path="/feeds" component={Feeds} />
        <Page path="/settings/:section?" component={Settings} />
        <Page path="/welcome" component={Welcome} />
        <Route>
          <NotFound />
        </Route>
      </Switch>
    </Suspense>
  )
}

function Page({ path, component: Content }: { path: string; component: React.ComponentType }) {
  return (
    <Route path={path}>
      <ErrorBoundary>
        <Content />
      </ErrorBoundary>
    </Route>
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
