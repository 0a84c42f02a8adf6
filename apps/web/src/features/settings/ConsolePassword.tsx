import { useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { ConfirmDialog } from '../../shared/controls/ConfirmDialog.tsx'
import { TextField } from '../../shared/controls/Field.tsx'
import { FormDialog } from '../../shared/controls/FormDialog.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { notify, notifyError } from '../../shared/controls/toasts.ts'
import { messageOf } from '../../shared/format/errors.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useNode } from '../../shared/node/context.tsx'
import { useReach } from '../../shared/reach/reach.ts'
import styles from './settings.module.css'

const t = texts.settings.access.console

interface Props {
  /**
   * Whether this browser logged in with the token, so that the current password is not requested.
   */
  readonly byToken: boolean
}

/** Sets, changes and removes user name and password of the console. */
export function ConsolePassword({ byToken }: Props) {
  const asked = useReach()
  const [asks, setAsks] = useState<'set' | 'remove' | null>(null)
  const reach = asked.value
  if (!reach) return null
  const { username, open } = reach
  const isFixed = reach.fixed.includes('password')
  const close = () => setAsks(null)
  const props = { byToken, username, onDone: asked.reload, onClose: close }
  return (
    <div className={styles.row}>
      <div className={styles.about}>
        <h3>{t.title}</h3>
        <p>{username === null ? t.none : t.isSet({ name: username })}</p>
        {isFixed && <p>{t.fixed}</p>}
        {username !== null && open && !isFixed && <p>{t.openBody}</p>}
      </div>
      {!isFixed && (
        <div className={`${layout.stack1} ${styles.control}`}>
          <Button icon="lock" onClick={() => setAsks('set')}>
            {username === null ? t.set : t.change}
          </Button>
          {username !== null && !open && <Button onClick={() => setAsks('remove')}>{t.remove}</Button>}
        </div>
      )}
      {asks === 'set' && <SetPassword {...props} />}
      {asks === 'remove' && <RemovePassword {...props} />}
    </div>
  )
}

interface DialogProps extends Props {
  /** Null if there is no password. */
  readonly username: string | null
  onDone(): void
  onClose(): void
}

function SetPassword({ byToken, username, onDone, onClose }: DialogProps) {
  const { api } = useNode()
  const { isBusy, failure, run } = useWork()
  const [differs, setDiffers] = useState(false)
  const submit = (form: FormData) => {
    const text = (name: string) => String(form.get(name) ?? '')
    const isSame = text('password') === text('again')
    setDiffers(!isSame)
    if (!isSame) return
    run(async () => {
      const proof = byToken ? {} : { present: text('present') }
      await api.setPassword({ username: text('username').trim(), password: text('password'), ...proof })
      notify(t.saved, { type: 'good' })
      onDone()
      onClose()
    })
  }
  const fresh = {
    type: 'password',
    autoComplete: 'new-password',
    required: true,
    minLength: 8,
    maxLength: 1000,
  }
  return (
    <FormDialog
      title={username === null ? t.set : t.change}
      confirm={t.save}
      disabled={isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      {failure !== null && <Notice>{messageOf(failure)}</Notice>}
      {username !== null && <p className={layout.soft}>{t.ends}</p>}
      <TextField
        label={t.username}
        name="username"
        autoComplete="username"
        required
        maxLength={255}
        defaultValue={username ?? 'me'}
      />
      {username !== null && !byToken && <Present />}
      <TextField {...fresh} label={t.password} name="password" hint={t.hint} />
      <TextField {...fresh} label={t.again} name="again" error={differs ? t.differs : undefined} />
    </FormDialog>
  )
}

function RemovePassword({ byToken, onDone, onClose }: DialogProps) {
  const { api, access } = useNode()
  const { isBusy, failure, run } = useWork()
  const removeByToken = async () => {
    await api.setPassword({ password: null })
    notify(t.removed, { type: 'good' })
    onDone()
  }
  const remove = (form: FormData) =>
    run(async () => {
      await api.setPassword({ password: null, present: String(form.get('present')) })
      onClose()
      // From now on, only the token is accepted.
      access.set('locked')
    })
  return byToken ? (
    <ConfirmDialog
      title={t.removeTitle}
      description={t.removeBody}
      confirm={t.remove}
      onConfirm={() => void removeByToken().catch(notifyError)}
      onClose={onClose}
    />
  ) : (
    <FormDialog
      title={t.removeTitle}
      confirm={t.remove}
      disabled={isBusy}
      onSubmit={remove}
      onClose={onClose}
    >
      {failure !== null && <Notice>{messageOf(failure)}</Notice>}
      <p>{t.removeBody}</p>
      <Present />
    </FormDialog>
  )
}

function Present() {
  return (
    <TextField label={t.present} name="present" type="password" autoComplete="current-password" required />
  )
}
