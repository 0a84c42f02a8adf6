import { type Access, ApiError, type NodeApi } from '@shoal/api'
import { type FormEvent, Suspense, useEffect, useState } from 'react'
import { useCleared } from '../../shared/base/use-cleared.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { TextField } from '../../shared/controls/Field.tsx'
import { Logo } from '../../shared/controls/Logo.tsx'
import layout from '../../shared/controls/layout.module.css'
import { useTitle } from '../../shared/controls/Page.tsx'
import { Notice } from '../../shared/controls/Panels.tsx'
import { lazyComponent } from '../../shared/feature.ts'
import { messageOf } from '../../shared/format/errors.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked, useNode } from '../../shared/node/context.tsx'
import styles from './LoginPage.module.css'
import { linkedToken, TOKEN_USER, takeToken, tokenIn } from './token.ts'

const PasskeyLogin = lazyComponent(() => import('./PasskeyLogin.tsx').then(it => it.PasskeyLogin))

export function LoginPage({ tokenFailed }: { tokenFailed: boolean }) {
  const node = useNode()
  const t = texts.pages.access
  useTitle(t.title)
  const { value: access, loading } = useAsked(api => api.getAccess({}).catch(() => null), [])
  const [error, setError] = useState<string | null>(null)
  useCleared(error !== null, () => setError(null))
  const [busy, setBusy] = useState(false)
  const [hasLink, setHasLink] = useState(false)
  const [isOld, setIsOld] = useState(tokenFailed)
  useEffect(() => {
    // The link that the node prints, opened in the tab that shows this page, changes only the
    // fragment.
    const take = async () => {
      if (linkedToken(location.hash) === null) return
      const taken = await takeToken(node.api)
      setIsOld(!taken)
      if (taken) await node.start()
    }
    // The link may have been opened while this page was loading.
    void take()
    addEventListener('hashchange', take)
    return () => removeEventListener('hashchange', take)
  }, [node])
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setError(null)
    try {
      await login(node.api, form.get('username')?.toString() ?? null, String(form.get('password')))
      await node.start()
    } catch (failure) {
      setError(explain(failure))
    }
    setBusy(false)
  }
  // The fields depend on the answer: a field that the user is typing in must not be replaced.
  if (loading) return null
  return (
    <main className={`${layout.center} ${styles.page}`}>
      <form
        className={`${layout.stack4} ${styles.form}`}
        onSubmit={submit}
        onInput={({ currentTarget }) =>
          setHasLink(linkedToken(String(new FormData(currentTarget).get('password'))) !== null)
        }
      >
        <Logo size={44} />
        <h1>{t.title}</h1>
        <p className={layout.muted}>{usesPassword(access) ? t.bodyPassword : t.bodyToken}</p>
        {isOld && <Notice tone="warn">{t.oldToken}</Notice>}
        {usesPassword(access) && (
          <TextField
            label={t.username}
            name="username"
            autoComplete="username"
            required={!hasLink}
            autoFocus
          />
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
        {access?.passkeys && (
          <Suspense>
            <PasskeyLogin />
          </Suspense>
        )}
      </form>
    </main>
  )
}

/**
 * Logs in. `username` is null if the page asks only for the token. The token, and the link that the
 * node prints, are accepted as the password, too.
 */
async function login(api: Pick<NodeApi, 'login'>, username: string | null, written: string): Promise<void> {
  const token = tokenIn(written)
  if (username === null || linkedToken(written) !== null)
    return void (await api.login({ username: TOKEN_USER, password: token }))
  try {
    await api.login({ username, password: written })
  } catch (error) {
    if (!TOKEN.test(token) || (error as ApiError).code !== 'wrong-password') throw error
    await api.login({ username: TOKEN_USER, password: token })
  }
}

/** 256 bits as base64url. */
const TOKEN = /^[\w-]{43}$/

/**
 * Asks for a user name if it is unknown whether one is needed. A token is also accepted with one.
 */
const usesPassword = (access: Access | null | undefined) => access?.password ?? true

function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return messageOf(error)
  if (error.code === 'wrong-password' || error.code === 'unauthorized') return texts.pages.access.failed
  return error.code === 'too-many-attempts' ? texts.pages.access.tooMany : messageOf(error)
}
