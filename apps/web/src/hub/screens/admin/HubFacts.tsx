import { useAnswer } from '../../../shared/base/use-answer.ts'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { texts } from '../../../shared/messages/hub.ts'
import { useHub, useHubInfo } from '../../state/context.tsx'

const t = texts.admin

/**
 * Shows the version, the capabilities and the state of the hub. Options are set when the hub
 * starts.
 */
export function HubFacts() {
  const { link } = useHub()
  const { version, registration, did, key, trackers, isTrackerPrivate, capabilities } = useHubInfo()
  const health = useAnswer(signal => link.health(signal), [])
  return (
    <Card title={t.hub}>
      <div className={layout.stack3}>
        <dl className={layout.facts}>
          <Fact term={t.health} text={health.error?.message ?? health.value ?? ''} />
          <Fact term={t.version} text={version} />
          <Fact term={t.policy} text={t.policies[registration]} />
          <Fact term={t.private} text={isTrackerPrivate ? t.yes : t.no} />
          <Fact term={t.trackers} text={trackers.join('\n')} />
          <Fact term={t.key} text={key} />
          {did !== null && <Fact term={t.did} text={did} />}
          <Fact term={t.capabilities} text={capabilities.join(', ')} />
        </dl>
        <p className={layout.soft}>{t.policyHint}</p>
        <p>
          <a href="/metrics">{t.metrics}</a>
        </p>
      </div>
    </Card>
  )
}

function Fact({ term, text }: { readonly term: string; readonly text: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{text}</dd>
    </div>
  )
}
