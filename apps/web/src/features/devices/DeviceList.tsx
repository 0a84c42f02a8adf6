import type { DeviceItem, Devices } from '@shoal/api'
import { useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { ConfirmDialog } from '../../shared/controls/ConfirmDialog.tsx'
import { CopyButton } from '../../shared/controls/CopyButton.tsx'
import { CopyIcon } from '../../shared/controls/CopyIcon.tsx'
import layout from '../../shared/controls/layout.module.css'
import { notify, notifyError } from '../../shared/controls/toasts.ts'
import { formatDate } from '../../shared/format/format.ts'
import { shownName } from '../../shared/format/shown-name.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked, useNode } from '../../shared/node/context.tsx'
import { AddDialog, AddNodeDialog, RemoveDialog, RenameDialog, RenewDialog } from './ChangeDialogs.tsx'
import { JoinDialog } from './JoinDialog.tsx'
import { StartDialog } from './StartDialog.tsx'

const say = texts.settings.devices

type Asks = 'start' | 'join' | 'add' | 'add-node' | 'renew' | 'update' | 'forget'
type Asked = { readonly kind: Asks } | { readonly kind: 'rename' | 'remove'; readonly device: DeviceItem }

/**
 * The devices that act for the node's user, alarms about their list, and changes to it, which this
 * page signs.
 */
export function DeviceList() {
  const known = useAsked(api => api.listDevices({}), [])
  const [asks, setAsks] = useState<Asked | null>(null)
  const ask = (kind: Asks) => () => setAsks({ kind })
  if (!known.value) return null
  const { did, items, alarms } = known.value
  // A new list based on an outdated one contradicts the newest list, which others would take as
  // proof that the key was stolen.
  const isUnsure = alarms.some(({ kind }) => kind === 'restored')
  return (
    <div className={layout.stack3}>
      <Alarms known={known.value} onChanged={known.set} />
      {did === null ? (
        <>
          <p className={layout.soft}>{say.none}</p>
          <div className={layout.wrap2}>
            <Button variant="primary" onClick={ask('start')}>
              {say.start}
            </Button>
            <Button onClick={ask('join')}>{say.join}</Button>
          </div>
        </>
      ) : (
        <>
          <span className={layout.row1}>
            <span className={`${layout.mono} ${layout.break}`}>{did}</span>
            <CopyIcon text={did} what={say.person} />
          </span>
          <ul className={layout.stack2} aria-label={texts.settings.sections.devices}>
            {items.map(device => (
              <li key={device.id}>
                <Item device={device} disabled={isUnsure} onAsk={kind => setAsks({ kind, device })} />
              </li>
            ))}
          </ul>
          <Actions known={known.value} disabled={isUnsure} onAsk={kind => setAsks({ kind })} />
        </>
      )}
      {asks && (
        <AskedDialog asks={asks} known={known.value} onChanged={known.set} onClose={() => setAsks(null)} />
      )}
    </div>
  )
}

interface ChangedProps {
  readonly known: Devices
  onChanged(known: Devices): void
}

function Alarms({ known: { alarms }, onChanged }: ChangedProps) {
  const { api } = useNode()
  const { isBusy, run } = useWork()
  if (alarms.length === 0) return null
  return (
    <div role="alert" className={layout.stack2}>
      {alarms.map(({ kind, atMs }) => (
        <p key={kind}>
          <strong>{say.alarms[kind]}</strong> <span className={layout.soft}>{formatDate(atMs)}</span>
        </p>
      ))}
      <span>
        <Button
          size="small"
          disabled={isBusy}
          onClick={() => run(() => api.dismissDeviceAlarms({}).then(onChanged, notifyError))}
        >
          {say.dismiss}
        </Button>
      </span>
    </div>
  )
}

interface ItemProps {
  readonly device: DeviceItem
  readonly disabled: boolean
  onAsk(kind: 'rename' | 'remove'): void
}

function Item({ device: { name, kind, own, addedMs }, disabled, onAsk }: ItemProps) {
  const facts = [own ? say.own : say.kinds[kind], say.added({ date: formatDate(addedMs, 'date') })]
  return (
    <div className={`${layout.wrap2} ${layout.spread}`}>
      <span className={layout.shrink}>
        <span className={layout.break}>{shownName(name)}</span>{' '}
        <span className={layout.soft}>{facts.join(' · ')}</span>
      </span>
      <span className={layout.wrap2}>
        {/* Browsers store their own description, which contains the name. */}
        {kind !== 'browser' && (
          <Button
            size="small"
            disabled={disabled}
            aria-label={say.renameOne({ name })}
            onClick={() => onAsk('rename')}
          >
            {say.rename}
          </Button>
        )}
        <Button
          size="small"
          disabled={disabled}
          aria-label={say.removeOne({ name })}
          onClick={() => onAsk('remove')}
        >
          {say.remove}
        </Button>
      </span>
    </div>
  )
}

function Actions({
  known: { expiresMs, history, items },
  disabled,
  onAsk,
}: {
  readonly known: Devices
  readonly disabled: boolean
  onAsk(kind: Asks): void
}) {
  return (
    <>
      {expiresMs !== null && (
        <div className={`${layout.wrap2} ${layout.spread}`}>
          <span className={layout.soft}>{say.expires({ date: formatDate(expiresMs, 'date') })}</span>
          <Button size="small" disabled={disabled} onClick={() => onAsk('renew')}>
            {say.renew}
          </Button>
        </div>
      )}
      <div className={layout.wrap2}>
        <Button icon="plus" disabled={disabled} onClick={() => onAsk('add')}>
          {say.add}
        </Button>
        {items.every(({ own }) => !own) && (
          <Button disabled={disabled} onClick={() => onAsk('add-node')}>
            {say.addNode}
          </Button>
        )}
        <CopyButton text={JSON.stringify(history)}>{say.copyLists}</CopyButton>
        <Button onClick={() => onAsk('update')}>{say.update}</Button>
        <Button onClick={() => onAsk('forget')}>{say.forget}</Button>
      </div>
      <p className={layout.soft}>{say.copyHint}</p>
    </>
  )
}

interface AskedProps extends ChangedProps {
  readonly asks: Asked
  onClose(): void
}

function AskedDialog({ asks, known, onChanged, onClose }: AskedProps) {
  const { api } = useNode()
  const { history } = known
  const done = { onChanged, onClose }
  if (asks.kind === 'start') return <StartDialog {...done} />
  if (asks.kind === 'join' || asks.kind === 'update')
    return <JoinDialog isFirst={asks.kind === 'join'} {...done} />
  if (asks.kind === 'forget')
    return (
      <ConfirmDialog
        title={say.forgetTitle}
        description={say.forgetBody}
        confirm={say.forget}
        onConfirm={() =>
          void api.forgetDevices({}).then(answer => {
            onChanged(answer)
            notify(say.forgotten)
          }, notifyError)
        }
        onClose={onClose}
      />
    )
  if (history === null) return null
  const change = { history, ...done }
  if (asks.kind === 'rename') return <RenameDialog device={asks.device} {...change} />
  if (asks.kind === 'remove') return <RemoveDialog device={asks.device} {...change} />
  if (asks.kind === 'renew') return <RenewDialog {...change} />
  return asks.kind === 'add' ? <AddDialog {...change} /> : <AddNodeDialog {...change} />
}
