import { type PeerReach, reachSentences } from '@shoal/api'
import { type ReactNode, useState } from 'react'
import { Button } from '../controls/Button.tsx'
import { Notice } from '../controls/Panels.tsx'
import { notify, notifyError } from '../controls/toasts.ts'
import { texts } from '../messages/texts.ts'
import { type Asked, useAskedEvery, useNode } from '../node/context.tsx'

const t = texts.reach
/** Polling interval: a router answers within seconds, and peers can connect at any time. */
const ASK_AGAIN_MS = 15_000

/** Returns whether others can connect to the node's ports; polled. */
export function usePeerReach(): Asked<PeerReach> {
  return useAskedEvery(ASK_AGAIN_MS, api => api.getPeerReach({}), [])
}

/**
 * Says whether others can connect and what to do if not, with the same text everywhere, and offers
 * to test again.
 */
export function PeerReachNotice({
  reach,
  onTested,
  children,
}: {
  readonly reach: PeerReach
  onTested(): void
  /** Shown after the sentences. */
  readonly children?: ReactNode
}) {
  return (
    <Notice
      tone={reach.state === 'unreachable' ? 'warn' : 'info'}
      action={reach.state !== 'off' && <TestAgain onTested={onTested} />}
    >
      {reachSentences(texts.pages.dashboard.peerReach, reach).map(sentence => (
        <p key={sentence}>{sentence}</p>
      ))}
      {children}
    </Notice>
  )
}

function TestAgain({ onTested }: { onTested(): void }) {
  const { api } = useNode()
  const [isBusy, setBusy] = useState(false)
  const test = async () => {
    setBusy(true)
    try {
      const { tests } = await api.testReach({})
      if (tests.every(({ outside }) => outside === null)) notify(t.noHub)
    } catch (error) {
      notifyError(error)
    }
    setBusy(false)
    onTested()
  }
  return (
    <Button size="small" icon="refresh" disabled={isBusy} onClick={() => void test()}>
      {t.test}
    </Button>
  )
}
