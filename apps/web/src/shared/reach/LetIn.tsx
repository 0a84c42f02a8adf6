import type { Reach, ReachTest } from '@shoal/api'
import { isSecureAddress } from '@shoal/links'
import { type FormEvent, useState } from 'react'
import { useCleared } from '../base/use-cleared.ts'
import { Button } from '../controls/Button.tsx'
import { CopyButton } from '../controls/CopyButton.tsx'
import { SelectField, TextField } from '../controls/Field.tsx'
import { Waiting } from '../controls/Loading.tsx'
import layout from '../controls/layout.module.css'
import { Notice } from '../controls/Panels.tsx'
import { messageOf } from '../format/errors.ts'
import { texts } from '../messages/texts.ts'
import { useNode } from '../node/context.tsx'
import styles from './LetIn.module.css'
import { useReach } from './reach.ts'

const t = texts.reach

/** Lets other devices connect to the console, shows the result, and can undo it. */
export function LetIn() {
  const asked = useReach()
  const node = useNode()
  const [password, setPassword] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  useCleared(error !== null, () => setError(null))
  if (!asked.value) return <Waiting asked={asked} />
  const reach = asked.value
  const run = async (work: () => Promise<Reach>) => {
    setBusy(true)
    setError(null)
    try {
      asked.set(await work())
    } catch (failure) {
      setError(messageOf(failure))
    }
    setBusy(false)
  }
  const open = (given: { password?: string; address?: string }) =>
    run(async () => {
      const { password: made, ...answer } = await node.api.openUp(given)
      setPassword(made)
      return answer
    })
  // A node that was started with --host listens on the network, but its links need an address.
  const isDone = reach.open && reach.address !== null && reach.audience !== 'machine'
  return (
    <div className={`${layout.stack4} ${styles.content}`}>
      {isDone ? (
        <Opened reach={reach} password={password} />
      ) : (
        <OpenForm reach={reach} busy={busy || asked.loading} onOpen={open} onRetry={asked.reload} />
      )}
      {reach.problem && <Notice tone="warn">{t.problem[reach.problem]}</Notice>}
      {error && <Notice>{error}</Notice>}
      {isDone && (
        <div className={layout.wrap2}>
          <Button icon="refresh" disabled={busy} onClick={() => void run(() => node.api.testReach({}))}>
            {t.test}
          </Button>
          {!reach.fixed.includes('host') && (
            <Button
              disabled={busy}
              onClick={() => {
                setPassword(null)
                void run(() => node.api.closeUp({}))
              }}
            >
              {t.close}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

interface FormProps {
  readonly reach: Reach
  readonly busy: boolean
  onOpen(given: { password?: string; address?: string }): Promise<void>
  onRetry(): void
}

function OpenForm({ reach: { addresses, username, fixed, open }, busy, onOpen, onRetry }: FormProps) {
  if (fixed.includes('host') && !open) return <Notice tone="info">{t.fixedHost}</Notice>
  if (addresses.length === 0)
    return (
      <Notice
        tone="info"
        action={
          <Button size="small" icon="refresh" disabled={busy} onClick={onRetry}>
            {t.retry}
          </Button>
        }
      >
        {t.noNetwork}
      </Notice>
    )
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const password = String(form.get('password') ?? '')
    const address = String(form.get('public') || form.get('address') || '')
    void onOpen({ ...(password !== '' && { password }), ...(address !== '' && { address }) })
  }
  return (
    <form className={layout.stack4} onSubmit={submit}>
      <p>{t.about}</p>
      {addresses.length > 1 ? (
        <SelectField
          label={t.own}
          name="address"
          options={addresses.map(text => ({ value: hostOf(text), text }))}
        />
      ) : (
        <p>
          {t.own}: <span className={layout.mono}>{addresses[0]}</span>
        </p>
      )}
      {username === null && (
        <TextField
          label={t.password}
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={8}
          hint={t.passwordHint}
        />
      )}
      {!fixed.includes('address') && (
        <details>
          <summary>{t.outside}</summary>
          <TextField
            label={t.address}
            name="public"
            type="url"
            placeholder="http://203.0.113.7:8420"
            hint={t.addressHint}
          />
        </details>
      )}
      <div className={layout.wrap2}>
        <Button type="submit" variant="primary" disabled={busy}>
          {busy ? t.opening : t.open}
        </Button>
      </div>
    </form>
  )
}

function Opened({ reach, password }: { readonly reach: Reach; readonly password: string | null }) {
  const { audience, address, username, tests } = reach
  return (
    <>
      <p role="status">
        <strong>{t.links[audience]}</strong> {t.begin} <span className={layout.mono}>{address}</span>
      </p>
      {address !== null && !isSecureAddress(address) && <p className={layout.soft}>{t.plain}</p>}
      <ul className={`${layout.stack1} ${styles.tests}`}>
        {tests.map(test => (
          <li key={test.address}>
            <span className={layout.mono}>{test.address}</span>
            <span className={layout.soft}>{testText(test)}</span>
          </li>
        ))}
      </ul>
      {username !== null && <p className={layout.soft}>{t.console({ name: username })}</p>}
      {password !== null && (
        <div className={layout.wrap2}>
          <span>
            {t.password}: <strong className={layout.mono}>{password}</strong>
          </span>
          <CopyButton text={password}>{t.copy}</CopyButton>
          <span className={layout.soft}>{t.once}</span>
        </div>
      )}
    </>
  )
}

function testText({ here, outside }: ReachTest): string {
  const result = (reached: boolean | null) => (reached === null ? 'unknown' : reached ? 'yes' : 'no')
  return `${t.here[result(here)]}; ${t.fromOutside[result(outside)]}`
}

function hostOf(url: string): string {
  return URL.parse(url)!.hostname.replace(/^\[|\]$/g, '')
}
