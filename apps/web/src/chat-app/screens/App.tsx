import { CSPProvider } from '@base-ui/react/csp-provider'
import { DirectionProvider } from '@base-ui/react/direction-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { useState } from 'react'
import { Router } from 'wouter'
import { useHashLocation } from 'wouter/use-hash-location'
import { isRightToLeft } from '../../shared/base/direction.ts'
import { useAnswer } from '../../shared/base/use-answer.ts'
import { ErrorBoundary } from '../../shared/controls/ErrorBoundary.tsx'
import { Loading } from '../../shared/controls/Loading.tsx'
import { ToastProvider } from '../../shared/controls/Toasts.tsx'
import { chatBrowser } from '../device/chat-browser.ts'
import { takeAsked } from '../device/hub-address.ts'
import type { ReleaseName } from '../loader/release.ts'
import { AddedByNode } from './AddedByNode.tsx'
import { ChatGate } from './ChatGate.tsx'
import { Frame } from './Frame.tsx'
import { Welcome } from './Welcome.tsx'

const TOOLTIP_AFTER_MS = 500

export function App({ release }: { readonly release: ReleaseName }) {
  return (
    // The policy of the app allows no style elements.
    <CSPProvider disableStyleElements>
      <ErrorBoundary>
        <DirectionProvider direction={isRightToLeft() ? 'rtl' : 'ltr'}>
          <Router hook={useHashLocation}>
            <Tooltip.Provider delay={TOOLTIP_AFTER_MS}>
              <ToastProvider>
                <Device release={release} />
              </ToastProvider>
            </Tooltip.Provider>
          </Router>
        </DirectionProvider>
      </ErrorBoundary>
    </CSPProvider>
  )
}

/** Shows the next step for this browser: becoming a device, being added by a node, or the chat. */
function Device({ release }: { readonly release: ReleaseName }) {
  const [asked] = useState(() => {
    const found = takeAsked(location.hash)
    // From here on, the parts of the app use the fragment.
    if (/^#(?:hub|invitation)=/.test(location.hash))
      history.replaceState(history.state, '', location.pathname)
    return found
  })
  const { value: device, set } = useAnswer(() => chatBrowser.load(), [])
  const content =
    device === undefined ? (
      <Loading />
    ) : device === null ? (
      <Welcome asked={asked} onDone={set} />
    ) : device.lists.length === 0 ? (
      <AddedByNode device={device} onChange={set} />
    ) : (
      <ChatGate device={device} />
    )
  return (
    <Frame release={release} device={device ?? null} onDevice={set}>
      {content}
    </Frame>
  )
}
