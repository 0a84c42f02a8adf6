import type { Provider } from '@shoal/api'
import { useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { CopyIcon } from '../../shared/controls/CopyIcon.tsx'
import { TextField } from '../../shared/controls/Field.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Card } from '../../shared/controls/Panels.tsx'
import { notify, notifyError } from '../../shared/controls/toasts.ts'
import { messageOf } from '../../shared/format/errors.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useNode } from '../../shared/node/context.tsx'
import { openAdd } from '../../shared/ui/ui.ts'
import { addressParts, shortId } from './multiaddr-text.ts'
import styles from './network.module.css'

const t = texts.pages.network.find

interface Found {
  readonly link: string
  readonly items: readonly Provider[]
}

/** Finds the peers of a torrent. */
export function FindCard() {
  const { api } = useNode()
  const { isBusy, failure, run } = useWork()
  const [found, setFound] = useState<Found | null>(null)
  const find = (link: string) =>
    run(async () => {
      setFound(null)
      setFound({ link, ...(await api.findProviders({ link })) })
    })
  return (
    <Card title={t.title} className={`${layout.stack3} ${layout.wide}`}>
      <form
        className={`${layout.pair} ${layout.low}`}
        onSubmit={event => {
          event.preventDefault()
          find(String(new FormData(event.currentTarget).get('link')).trim())
        }}
      >
        <TextField
          label={t.link}
          name="link"
          placeholder="baf5rei…"
          required
          maxLength={10_000}
          error={failure === null ? undefined : messageOf(failure)}
          autoComplete="off"
          spellCheck={false}
        />
        <Button type="submit" icon="search" disabled={isBusy}>
          {isBusy ? t.finding : t.find}
        </Button>
      </form>
      <div className={layout.stack2} aria-live="polite">
        {isBusy && <p className={layout.soft}>{t.findingBody}</p>}
        {found && (
          <div className={`${layout.wrap3} ${layout.spread}`}>
            <p>{found.items.length === 0 ? t.none : t.found({ count: found.items.length })}</p>
            {found.items.length > 0 && (
              <Button
                size="small"
                icon="download"
                onClick={() => openAdd({ tab: 'download', text: found.link })}
              >
                {t.download}
              </Button>
            )}
          </div>
        )}
      </div>
      <ul className={`${layout.divided} ${styles.list}`}>
        {found?.items.map(each => (
          <ProviderRow key={each.id} provider={each} />
        ))}
      </ul>
    </Card>
  )
}

function ProviderRow({ provider }: { readonly provider: Provider }) {
  const { api } = useNode()
  const { isBusy, run } = useWork()
  const { id, addresses } = provider
  const [isConnected, setConnected] = useState(provider.connected)
  const address = addresses.find(each => addressParts(each).relay === null) ?? addresses[0]
  const connect = (address: string) =>
    run(async () => {
      try {
        await api.connectNetwork({ address })
        notify(texts.pages.network.peers.connected({ id: shortId(id) }), { type: 'good' })
        setConnected(true)
      } catch (error) {
        notifyError(error)
      }
    })
  return (
    <li className={layout.row2}>
      <div className={`${layout.grow} ${layout.stack1}`}>
        <span className={layout.row1}>
          <span className={layout.mono} title={id}>
            {shortId(id)}
          </span>
          <CopyIcon text={id} what={texts.pages.network.peers.idOf({ id: shortId(id) })} />
        </span>
        <span className={`${layout.soft} ${layout.break}`} title={addresses.join('\n')}>
          {address === undefined ? t.noAddress : addressParts(address).place}
        </span>
      </div>
      {isConnected ? (
        <span className={layout.soft}>{t.connected}</span>
      ) : (
        address !== undefined && (
          <Button size="small" disabled={isBusy} onClick={() => connect(address)}>
            {t.connect}
          </Button>
        )
      )}
    </li>
  )
}
