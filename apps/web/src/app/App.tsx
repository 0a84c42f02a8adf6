import { CSPProvider } from '@base-ui/react/csp-provider'
import { DirectionProvider } from '@base-ui/react/direction-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { lazy, Suspense } from 'react'
import { isRightToLeft } from '../shared/base/direction.ts'
import { ErrorBoundary } from '../shared/controls/ErrorBoundary.tsx'
import { Loading } from '../shared/controls/Loading.tsx'
import { ToastProvider } from '../shared/controls/Toasts.tsx'
import { FeaturesContext } from '../shared/feature.ts'
import { NodeContext, useCell, useNode } from '../shared/node/context.tsx'
import type { NodeStore } from '../shared/node/node-store.ts'
import { FEATURES } from './features.ts'
import { Pages } from './Pages.tsx'
import { Shell } from './Shell.tsx'

const LoginPage = lazy(() =>
  import('../features/access/LoginPage.tsx').then(({ LoginPage }) => ({ default: LoginPage })),
)
const TOOLTIP_AFTER_MS = 500

export function App({ node, tokenFailed }: { node: NodeStore; tokenFailed: boolean }) {
  return (
    // The node's content security policy allows no style elements.
    <CSPProvider disableStyleElements>
      <ErrorBoundary>
        <DirectionProvider direction={isRightToLeft() ? 'rtl' : 'ltr'}>
          <NodeContext value={node}>
            <Tooltip.Provider delay={TOOLTIP_AFTER_MS}>
              <ToastProvider>
                <FeaturesContext value={FEATURES}>
                  <Gate tokenFailed={tokenFailed} />
                </FeaturesContext>
              </ToastProvider>
            </Tooltip.Provider>
          </NodeContext>
        </DirectionProvider>
      </ErrorBoundary>
    </CSPProvider>
  )
}

function Gate({ tokenFailed }: { tokenFailed: boolean }) {
  const access = useCell(useNode().access)
  if (access !== 'locked') {
    return (
      <Shell>
        <Pages />
      </Shell>
    )
  }
  return (
    <Suspense fallback={<Loading />}>
      <LoginPage tokenFailed={tokenFailed} />
    </Suspense>
  )
}
