import type { LoginSession } from '@shoal/api'
import { useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import layout from '../../shared/controls/layout.module.css'
import { notifyError } from '../../shared/controls/toasts.ts'
import { formatAgo, formatDate } from '../../shared/format/format.ts'
import { texts as passkeys } from '../../shared/messages/passkeys.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked, useNode } from '../../shared/node/context.tsx'
import { PasskeyList } from '../../shared/passkeys/PasskeyList.tsx'
import { ConsolePassword } from './ConsolePassword.tsx'
import styles from './settings.module.css'

const say = texts.settings.access
/** The user name of a user who logged in with the token. */
const TOKEN_USER = 'shoal'

export function Access() {
  const node = useNode()
  const { value } = useAsked(api => api.getAccess({}), [])
  const leave = () => node.api.logout({}).then(() => node.access.set('locked'), notifyError)
  if (!value) return null
  const who = value.username
    ? say.password({ name: value.username })
    : value.by === 'none'
      ? say.none
      : say.token
  return (
    <>
      <div className={styles.row}>
        <div className={styles.about}>
          <h3>{who}</h3>
        </div>
        <div className={`${layout.stack1} ${styles.control}`}>
          <Button icon="logout" onClick={() => void leave()}>
            {say.logout}
          </Button>
        </div>
      </div>
      <ConsolePassword byToken={value.username === TOKEN_USER} />
      <Sessions />
      <h3>{passkeys.title}</h3>
      <PasskeyList api={node.api} about={({ username }) => username} />
    </>
  )
}

/** The logged-in browsers. */
function Sessions() {
  const { api } = useNode()
  const asked = useAsked(api => api.listSessions({}), [])
  const [left, setLeft] = useState<readonly LoginSession[] | null>(null)
  const { isBusy, run } = useWork()
  const items = left ?? asked.value?.items ?? []
  const change = (end: () => ReturnType<typeof api.endSession>) =>
    run(() => end().then(answer => setLeft(answer.items), notifyError))
  if (items.length === 0) return null
  return (
    <>
      <h3>{say.sessions}</h3>
      <ul className={layout.stack2} aria-label={say.sessions}>
        {items.map(({ id, username, by, browser, address, createdMs, usedMs, current }) => (
          <li key={id} className={`${layout.row2} ${layout.spread}`}>
            <span className={layout.shrink}>
              <span>
                {current ? say.thisBrowser : by === 'device' ? say.device : (browser ?? say.unknownBrowser)}
              </span>{' '}
              <span className={`${layout.soft} ${layout.break}`}>
                {[
                  username,
                  say.by[by],
                  address,
                  say.since({ date: formatDate(createdMs) }),
                  say.used({ ago: formatAgo(usedMs) }),
                ].join(' · ')}
              </span>
            </span>
            {!current && (
              <Button
                size="small"
                disabled={isBusy}
                aria-label={say.endOne({ browser: browser ?? say.unknownBrowser })}
                onClick={() => change(() => api.endSession({ id }))}
              >
                {say.logout}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {items.some(({ current }) => !current) && (
        <Button disabled={isBusy} onClick={() => change(() => api.endOtherSessions({}))}>
          {say.endOthers}
        </Button>
      )}
    </>
  )
}
