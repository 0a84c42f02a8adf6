import type { NetworkStatus, PeerReach } from '@shoal/api'
import { type ReactNode, useState } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import { ConfirmDialog } from '../../shared/controls/ConfirmDialog.tsx'
import { CopyIcon } from '../../shared/controls/CopyIcon.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Card } from '../../shared/controls/Panels.tsx'
import { notify, notifyError } from '../../shared/controls/toasts.ts'
import { formatCount } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useNode } from '../../shared/node/context.tsx'
import { PeerReachNotice } from '../../shared/reach/PeerReachNotice.tsx'
import { addressParts, shortId } from './multiaddr-text.ts'
import styles from './network.module.css'

const t = texts.pages.network

interface Props {
  readonly status: NetworkStatus
  /** Whether peers of torrents can connect from outside; undefined until the node has answered. */
  readonly reach: PeerReach | undefined
  onTested(): void
  onChanged(): void
}

/** The identity and addresses of the node, and whether others can connect or why not. */
export function NodeCard({ status, reach, onTested, onChanged }: Props) {
  const { id, addresses, nodes, networkSize, records, relaying, relayed } = status
  const own = addresses.map(address => ({ address, ...addressParts(address) }))
  const direct = own.filter(({ relay }) => relay === null)
  const relays = [...new Set(own.flatMap(({ relay }) => relay ?? []))]
  return (
    <Card title={t.node.title} className={layout.stack3}>
      {reach && (
        <PeerReachNotice reach={reach} onTested={onTested}>
          {relays.length > 0 && <p>{t.reach.relays({ count: relays.length })}</p>}
        </PeerReachNotice>
      )}
      {id !== null && (
        <div className={layout.stack1}>
          <h3 className={layout.label}>{t.node.id}</h3>
          <div className={`${layout.row1} ${layout.spread}`}>
            <span className={`${layout.mono} ${layout.break}`}>{id}</span>
            <CopyIcon text={id} what={t.node.id} />
          </div>
        </div>
      )}
      <dl className={layout.facts}>
        <Fact name={t.node.nodes}>{t.node.known({ count: nodes })}</Fact>
        <Fact name={t.node.size}>
          {networkSize > 0 ? t.node.about({ count: networkSize }) : t.node.unknown}
        </Fact>
        <Fact name={t.node.records}>{formatCount(records)}</Fact>
        <Fact name={t.node.refused}>{refusedText(status)}</Fact>
        <Fact name={t.node.helps}>{relaying ? t.node.relayed({ count: relayed }) : texts.app.none}</Fact>
      </dl>
      <div className={layout.stack1}>
        <h3 className={layout.label}>{t.node.addresses}</h3>
        <ul className={styles.addresses}>
          {direct.map(({ address, place, transport }) => (
            <li key={address} className={layout.row2}>
              <span className={`${layout.mono} ${layout.break}`} title={address}>
                {place}
              </span>
              <span className={`${layout.faint} ${layout.grow}`}>{transport}</span>
              <CopyIcon text={address} what={`${t.node.address} ${place} ${transport}`} />
            </li>
          ))}
        </ul>
      </div>
      {relays.length > 0 && (
        <div className={layout.stack1}>
          <h3 className={layout.label}>{t.node.relays}</h3>
          <ul className={styles.addresses}>
            {relays.map(relay => (
              <Relay key={relay} id={relay} address={own.find(each => each.relay === relay)!.address} />
            ))}
          </ul>
        </div>
      )}
      <RenewKey onChanged={onChanged} />
    </Card>
  )
}

function refusedText({ refused }: NetworkStatus): string {
  const counts = Object.entries(refused).filter(([, count]) => count > 0)
  const parts = counts.map(
    ([reason, count]) => `${t.node.refusals[reason as keyof typeof refused]} ${formatCount(count)}`,
  )
  return parts.length > 0 ? parts.join(', ') : texts.app.none
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Relay({ id, address }: { readonly id: string; readonly address: string }) {
  return (
    <li className={layout.row2}>
      <span className={layout.mono} title={id}>
        {shortId(id)}
      </span>
      <span className={`${layout.faint} ${layout.grow}`}>{addressParts(address).place}</span>
      <CopyIcon text={address} what={`${t.node.address} ${shortId(id)}`} />
    </li>
  )
}

function RenewKey({ onChanged }: { onChanged(): void }) {
  const { api } = useNode()
  const [isAsking, setAsking] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const renew = async () => {
    setBusy(true)
    try {
      await api.renewNetworkKey({})
      notify(t.key.renewed, { type: 'good' })
    } catch (error) {
      notifyError(error)
    }
    setBusy(false)
    onChanged()
  }
  return (
    <div className={`${layout.wrap3} ${styles.key}`}>
      <p className={`${layout.soft} ${layout.grow}`}>{t.key.body}</p>
      <Button size="small" icon="refresh" disabled={isBusy} onClick={() => setAsking(true)}>
        {t.key.renew}
      </Button>
      {isAsking && (
        <ConfirmDialog
          title={t.key.question}
          description={t.key.warning}
          confirm={t.key.confirm}
          onConfirm={() => void renew()}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  )
}
