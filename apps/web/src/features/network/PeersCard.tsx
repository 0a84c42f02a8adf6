import type { NetworkPeer } from '@shoal/api'
import { useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { CopyIcon } from '../../shared/controls/CopyIcon.tsx'
import { TextField } from '../../shared/controls/Field.tsx'
import { FormDialog } from '../../shared/controls/FormDialog.tsx'
import { Waiting } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Card } from '../../shared/controls/Panels.tsx'
import { notify } from '../../shared/controls/toasts.ts'
import { messageOf } from '../../shared/format/errors.ts'
import { formatDuration } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { type Asked, useNode } from '../../shared/node/context.tsx'
import { addressParts, shortId } from './multiaddr-text.ts'
import styles from './network.module.css'
import { spokenProtocols } from './protocols.ts'

const t = texts.pages.network.peers

/** The connected nodes, their connections and their protocols. */
export function PeersCard({ asked }: { readonly asked: Asked<{ readonly items: readonly NetworkPeer[] }> }) {
  const [isConnecting, setConnecting] = useState(false)
  const items = asked.value?.items
  return (
    <Card className={`${layout.stack3} ${layout.wide}`}>
      <div className={`${layout.wrap3} ${layout.spread}`}>
        <h2 className={layout.heading}>{t.title({ count: items?.length ?? 0 })}</h2>
        <Button size="small" icon="plus" onClick={() => setConnecting(true)}>
          {t.connect}
        </Button>
      </div>
      {!items && <Waiting asked={asked} />}
      {items?.length === 0 && <p className={layout.soft}>{t.none}</p>}
      {items && items.length > 0 && (
        <table className={styles.peers}>
          <thead>
            <tr>
              <th scope="col">{t.columns.node}</th>
              <th scope="col">{t.columns.address}</th>
              <th scope="col">{t.columns.way}</th>
              <th scope="col">{t.columns.speaks}</th>
              <th scope="col" className={layout.numeric}>
                {t.columns.since}
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map(peer => (
              <PeerRow key={peer.id} peer={peer} />
            ))}
          </tbody>
        </table>
      )}
      {isConnecting && <ConnectDialog onClose={() => setConnecting(false)} onConnected={asked.reload} />}
    </Card>
  )
}

function PeerRow({ peer }: { readonly peer: NetworkPeer }) {
  const { id, address, incoming, relayed, client, protocols, connectedMs } = peer
  const { place, transport } = addressParts(address)
  const way = relayed ? 'relayed' : incoming ? 'incoming' : 'outgoing'
  const { known, others } = spokenProtocols(protocols)
  return (
    <tr>
      <th scope="row">
        <span className={layout.row1}>
          <span className={layout.mono} title={id}>
            {shortId(id)}
          </span>
          <CopyIcon text={id} what={t.idOf({ id: shortId(id) })} />
        </span>
        <div className={layout.soft}>{client ?? t.unknownClient}</div>
      </th>
      <td>
        <div className={`${layout.mono} ${layout.break}`} title={address}>
          {place}
        </div>
        <div className={layout.soft}>{transport}</div>
      </td>
      <td>{t.ways[way]}</td>
      <td>
        <ul className={`${layout.wrap1} ${styles.protocols}`} title={protocols.join('\n')}>
          {known.map(each => (
            <li key={each}>{t.protocols[each]}</li>
          ))}
          {others > 0 && <li data-others>{t.others({ count: others })}</li>}
        </ul>
      </td>
      <td className={layout.numeric}>{formatDuration((Date.now() - connectedMs) / 1000, 1)}</td>
    </tr>
  )
}

function ConnectDialog({ onClose, onConnected }: { onClose(): void; onConnected(): void }) {
  const { api } = useNode()
  const { isBusy, failure, run } = useWork()
  const connect = (form: FormData) =>
    run(async () => {
      const { id } = await api.connectNetwork({ address: String(form.get('address')).trim() })
      notify(t.connected({ id: shortId(id) }), { type: 'good' })
      onConnected()
      onClose()
    })
  return (
    <FormDialog
      title={t.connectTitle}
      confirm={isBusy ? t.connecting : t.connect}
      disabled={isBusy}
      onSubmit={connect}
      onClose={onClose}
    >
      <TextField
        label={t.address}
        hint={t.addressHint}
        name="address"
        placeholder="/ip4/203.0.113.7/tcp/6882/p2p/12D3Koo…"
        required
        maxLength={1000}
        error={failure === null ? undefined : messageOf(failure)}
        autoComplete="off"
        spellCheck={false}
      />
    </FormDialog>
  )
}
