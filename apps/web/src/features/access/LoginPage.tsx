import { type Access, ApiError } from '@shoal/api'
import { type FormEvent, useState } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import { TextField } from '../../shared/controls/Field.tsx'
import { Logo } from '../../shared/controls/Logo.tsx'
import layout from '../../shared/controls/layout.module.css'
import { useTitle } from '../../shared/controls/Page.tsx'
import { Notice } from '../../shared/controls/Panels.tsx'
import { messageOf } from '../../shared/format/errors.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked, useNode } from '../../shared/node/context.tsx'
import styles from './LoginPage.module.css'
import { TOKEN_USER } from './token.ts'

export function LoginPage({ tokenFailed }: { tokenFailed: boolean }) {
  const node = useNode()
  const t = texts.pages.access
  useTitle(t.title)
  const { value: access } = useAsked(signal => node.api.getAccess({}, { signal }).catch(() => null), [])
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setError(null)
    try {
      await node.api.login({
        username: String(form.get('username') ?? TOKEN_USER),
        password: String(form.get('password')),
      })
      await node.start()
    } catch (failure) {
      setError(explain(failure))
    }
    setBusy(false)
  }
  return (
    <main className={`${layout.center} ${styles.page}`}>
      <form className={`${layout.stack4} ${styles.form}`} onSubmit={submit}>
        <Logo size={44} />
        <h1>{t.title}</h1>
        <p className={layout.muted}>{usesPassword(access) ? t.bodyPassword : t.bodyToken}</p>
        {tokenFailed && <Notice tone="warn">{t.oldToken}</Notice>}
        {usesPassword(access) && (
          <TextField label={t.username} name="username" autoComplete="username" required autoFocus />
        )}
        <TextField
          label={usesPassword(access) ? t.password : t.token}
          name="password"
          type="password"
          autoComplete="current-password"
          required
          error={error}
        />
        <Button type="submit" variant="primary" size="large" disabled={busy}>
          {t.submit}
        </Button>
      </form>
    </main>
  )
}

/** Asks for a user name until it is known whether one is needed. A token is also accepted together with one. */
const usesPassword = (access: Access | null | undefined) => access?.password ?? true

function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return messageOf(error)
  if (error.code === 'wrong-password' || error.code === 'unauthorized') return texts.pages.access.failed
  return error.code === 'too-many-attempts' ? texts.pages.access.tooMany : messageOf(error)
}
