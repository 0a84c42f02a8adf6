import type { NetworkStatus } from '@shoal/api'
import { Link } from 'wouter'
import { useWork } from '../../shared/base/use-work.ts'
import { Button, buttonClass } from '../../shared/controls/Button.tsx'
import { CopyButton } from '../../shared/controls/CopyButton.tsx'
import { EmptyState } from '../../shared/controls/EmptyState.tsx'
import { SwitchField } from '../../shared/controls/Field.tsx'
import { Loading, Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Page } from '../../shared/controls/Page.tsx'
import { Notice } from '../../shared/controls/Panels.tsx'
import { messageOf } from '../../shared/format/errors.ts'
import { texts } from '../../shared/messages/texts.ts'
import { type Asked, useAskedEvery, useCapability, useNode } from '../../shared/node/context.tsx'
import { usePeerReach } from '../../shared/reach/PeerReachNotice.tsx'
import { FindableCard } from './FindableCard.tsx'
import { FindCard } from './FindCard.tsx'
import { NodeCard } from './NodeCard.tsx'
import { NodesPicture } from './NodesPicture.tsx'
import styles from './network.module.css'
import { OfferedCard } from './OfferedCard.tsx'
import { PeersCard } from './PeersCard.tsx'

const t = texts.pages.network
/** Polling interval: there is no event when nodes connect and disconnect. */
const ASK_AGAIN_MS = 5000

/**
 * The node in the Shoal network: its identity, its connections, and what others find through it.
 */
export function NetworkPage() {
  const asked = useAskedEvery(ASK_AGAIN_MS, api => api.getNetwork({}), [])
  const status = asked.value
  return (
    <Page title={t.title} tools={status && <Switch status={status} onChanged={asked.reload} />}>
      {asked.error && <Problem error={asked.error} onRetry={asked.reload} />}
      {!status && !asked.error && <Loading />}
      {status?.state === 'on' && <Running asked={asked} status={status} />}
      {status && status.state !== 'on' && <NotRunning status={status} onChanged={asked.reload} />}
    </Page>
  )
}

interface StateProps {
  readonly status: NetworkStatus
  onChanged(): void
}

/**
 * Turns the network on or off. It cannot be turned on if a proxy or a network interface prevents
 * it.
 */
function Switch({ status, onChanged }: StateProps) {
  const { isBusy, failure, run } = useEnabling(onChanged)
  const { state, reason } = status
  if (reason === 'proxy' || reason === 'interface') return null
  return (
    <div className={layout.stack1}>
      <SwitchField
        label={t.switch}
        checked={state !== 'off'}
        disabled={isBusy}
        onChange={() => run(state === 'off')}
      />
      {failure !== null && <Notice>{messageOf(failure)}</Notice>}
    </div>
  )
}

function useEnabling(onChanged: () => void) {
  const { api } = useNode()
  const { run, ...work } = useWork()
  const enable = (enabled: boolean) =>
    run(async () => {
      await api.changeSettings({ shoal: { enabled } })
      onChanged()
    })
  return { ...work, run: enable }
}

function NotRunning({ status: { state, reason, problem }, onChanged }: StateProps) {
  const { isBusy, failure, run } = useEnabling(onChanged)
  if (state === 'starting')
    return (
      <EmptyState icon="network" title={t.starting}>
        {t.startingBody}
      </EmptyState>
    )
  if (state === 'failed')
    return (
      <EmptyState icon="alert" title={t.failed} actions={<SettingsLink />}>
        {messageOf(new Error(problem ?? ''))}
      </EmptyState>
    )
  if (reason === 'proxy' || reason === 'interface')
    return (
      <EmptyState
        icon="network"
        title={t.off}
        actions={
          <Link href="/settings/network" className={buttonClass()}>
            {texts.app.nav.settings}
          </Link>
        }
      >
        {t.offFor[reason]}
      </EmptyState>
    )
  const turnOn = (
    <Button variant="primary" disabled={isBusy} onClick={() => run(true)}>
      {t.turnOn}
    </Button>
  )
  return (
    <>
      {failure !== null && <Notice>{messageOf(failure)}</Notice>}
      <EmptyState icon="network" title={t.off} actions={turnOn}>
        {t.offBody}
      </EmptyState>
    </>
  )
}

function SettingsLink() {
  return (
    <Link href="/settings/shoal" className={buttonClass('plain', 'small')}>
      {t.settings}
    </Link>
  )
}

function Running({
  asked,
  status,
}: {
  readonly asked: Asked<NetworkStatus>
  readonly status: NetworkStatus
}) {
  const isFindable = useCapability('findable')
  const peers = useAskedEvery(ASK_AGAIN_MS, api => api.listNetworkPeers({}), [])
  const { value: reach, reload: askReach } = usePeerReach()
  const { items = [], ownKey = null, knownKeys = [] } = peers.value ?? {}
  return (
    <div className={styles.cards}>
      <NodeCard status={status} reach={reach} onTested={askReach} onChanged={asked.reload} />
      {ownKey !== null && <NodesPicture ownKey={ownKey} knownKeys={knownKeys} peers={items} />}
      <PeersCard asked={peers} />
      <OfferedCard />
      {isFindable && <FindableCard />}
      <FindCard />
      <div className={`${layout.wrap3} ${layout.wide}`}>
        <CopyButton size="small" text={JSON.stringify({ ...status, ...peers.value, reach }, null, 2)}>
          {t.copyAll}
        </CopyButton>
        <p className={`${layout.soft} ${layout.grow}`}>{t.copyHint}</p>
        <SettingsLink />
      </div>
    </div>
  )
}
