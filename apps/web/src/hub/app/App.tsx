import { CSPProvider } from '@base-ui/react/csp-provider'
import { DirectionProvider } from '@base-ui/react/direction-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { isRightToLeft } from '../../shared/base/direction.ts'
import { ErrorBoundary } from '../../shared/controls/ErrorBoundary.tsx'
import { ToastProvider } from '../../shared/controls/Toasts.tsx'
import { HubContext } from '../state/context.tsx'
import type { HubStore } from '../state/hub-store.ts'
import { Pages } from './Pages.tsx'
import { Shell } from './Shell.tsx'

const TOOLTIP_AFTER_MS = 500

export function App({ hub }: { readonly hub: HubStore }) {
  return (
    // The hub's content security policy allows no style elements.
    <CSPProvider disableStyleElements>
      <ErrorBoundary>
        <DirectionProvider direction={isRightToLeft() ? 'rtl' : 'ltr'}>
          <HubContext value={hub}>
            <Tooltip.Provider delay={TOOLTIP_AFTER_MS}>
              <ToastProvider>
                <Shell>
                  <Pages />
                </Shell>
              </ToastProvider>
            </Tooltip.Provider>
          </HubContext>
        </DirectionProvider>
      </ErrorBoundary>
    </CSPProvider>
  )
}
