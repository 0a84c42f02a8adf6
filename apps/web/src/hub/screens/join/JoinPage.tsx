import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useAnswer } from '../../../shared/base/use-answer.ts'
import { useWork } from '../../../shared/base/use-work.ts'
import { buttonClass } from '../../../shared/controls/Button.tsx'
import { EmptyState } from '../../../shared/controls/EmptyState.tsx'
import { TextField } from '../../../shared/controls/Field.tsx'
import { Form } from '../../../shared/controls/Form.tsx'
import { Loading, Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Page } from '../../../shared/controls/Page.tsx'
import { Notice } from '../../../shared/controls/Panels.tsx'
import { notify } from '../../../shared/controls/toasts.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import type { NewIdentity } from '../../../shared/identity/identity.ts'
import { WordsForm } from '../../../shared/identity/WordsForm.tsx'
import { texts } from '../../../shared/messages/hub.ts'
import { ownDevice } from '../../identity/own-device.ts'
import { useHub, useHubInfo } from '../../state/context.tsx'

const t = texts.join_

/** Joins the hub, with an invitation if the hub requires one: `/join#invitation=SECRET`. */
export function JoinPage() {
  const { api } = useHub()
  const { registration, name } = useHubInfo()
  const [invitation] = useState(() => new URLSearchParams(location.hash.slice(1)).get('invitation'))
  const checked = useAnswer(
    async signal => (invitation === null ? null : await api.checkInvitation({ invitation }, { signal })),
    [invitation],
  )
  if (invitation === null && (registration === 'invite' || registration === 'closed')) {
    const [title, body] = registration === 'closed' ? [t.closed, texts.front.closed] : [t.need, t.needBody]
    return (
      <EmptyState page icon="lock" title={title}>
        {body}
      </EmptyState>
    )
  }
  if (checked.error && 'code' in checked.error && checked.error.code === 'not-found')
    return (
      <EmptyState page icon="alert" title={t.bad}>
        {t.badBody}
      </EmptyState>
    )
  return (
    <Page title={t.title({ hub: shownName(name) })} narrow>
      {checked.error ? (
        <Problem error={checked.error} onRetry={checked.reload} />
      ) : checked.value === undefined ? (
        <Loading />
      ) : (
        <div className={layout.stack4}>
          {checked.value && <p className={layout.bold}>{t.asRole[checked.value.role]}</p>}
          <Steps invitation={invitation} />
        </div>
      )}
    </Page>
  )
}

/**
 * Asks for the name, creates the key, shows its words, and creates the account. A browser that has
 * a key joins at once.
 */
function Steps({ invitation }: { readonly invitation: string | null }) {
  const hub = useHub()
  const { name: hubName, registration } = useHubInfo()
  const asks = registration === 'approval' && invitation === null
  const [, go] = useLocation()
  const known = useAnswer(async () => {
    const device = await ownDevice.load()
    // Without a list, the device can only log in.
    return device && device.lists.length > 0 ? device : null
  }, [])
  const [name, setName] = useState('')
  const [device, setDevice] = useState<string>(t.deviceDefault)
  const [made, setMade] = useState<NewIdentity | null>(null)
  const [isWaiting, setWaiting] = useState(false)
  const { isBusy, failure, run } = useWork()
  const make = () =>
    run(async () => {
      const { createIdentity } = await import('../../../shared/identity/identity.ts')
      setMade(await createIdentity(device.trim()))
    })
  const join = () =>
    run(async () => {
      const own = made?.device ?? known.value!
      // Stored before the hub is asked: a key for which the hub has created an account is not lost.
      if (made) await ownDevice.save(own)
      const { joinHub } = await import('../../identity/login.ts')
      const account = await joinHub(hub.api, own, { name: name.trim(), invitation })
      if (account.state === 'waiting') return setWaiting(true)
      hub.account.set(account)
      history.replaceState(history.state, '', '/join')
      notify(t.welcome({ hub: shownName(hubName) }), { type: 'good' })
      go('/')
    })
  if (isWaiting)
    return (
      <Notice>
        <p className={layout.bold}>{t.waits}</p>
        <p>{t.waitsBody}</p>
      </Notice>
    )
  if (known.value === undefined) return <Loading />
  if (made)
    return (
      <>
        <WordsForm texts={t} made={made} isBusy={isBusy} onDone={join} />
        {failure !== null && <Problem error={failure} />}
      </>
    )
  return (
    <Form
      className={layout.stack4}
      confirm={known.value ? (asks ? t.ask : t.finish) : t.create}
      variant="primary"
      size="large"
      disabled={isBusy || name.trim() === '' || device.trim() === ''}
      failure={failure}
      other={
        <Link href="/login" className={buttonClass('quiet', 'large')}>
          {t.hasAccount}
        </Link>
      }
      onSubmit={() => {
        if (known.value) join()
        else make()
      }}
    >
      {asks && <p className={layout.bold}>{t.approval}</p>}
      <p className={layout.soft}>{known.value ? t.hasKey : t.intro}</p>
      <TextField
        label={t.name}
        hint={t.nameHint}
        required
        maxLength={64}
        autoComplete="nickname"
        value={name}
        onChange={event => setName(event.target.value)}
      />
      {!known.value && (
        <>
          <TextField
            label={t.device}
            hint={t.deviceHint}
            required
            maxLength={64}
            value={device}
            onChange={event => setDevice(event.target.value)}
          />
          <p className={layout.soft}>{t.trust}</p>
        </>
      )}
    </Form>
  )
}
