import { type PeerReach, reachSentences } from '@shoal/api'
import { type ReactNode, useState } from 'react'
import { Button } from '../controls/Button.tsx'
import { Notice } from '../controls/Panels.tsx'
import { notify, notifyError } from '../controls/toasts.ts'
import { texts } from '../messages/texts.ts'
import { type Asked, useAskedEvery, useNode } from '../node/context.tsx'

const t = texts.reach
/** A router answers within seconds, and peers connect at any time. */
const ASK_AGAIN_MS = 15_000

/** Whether others can connect to the ports of the node, asked again and again. */
export function usePeerReach(): Asked<PeerReach> {
  return useAskedEvery(ASK_AGAIN_MS, api => api.getPeerReach({}), [])
}

/** Says whether others can connect and what to do if not, in the same words wherever it is shown, and tests again. */
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
