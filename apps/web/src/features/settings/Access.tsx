import { Button } from '../../shared/controls/Button.tsx'
import layout from '../../shared/controls/layout.module.css'
import { notifyError } from '../../shared/controls/toasts.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked, useNode } from '../../shared/node/context.tsx'
import styles from './settings.module.css'

const say = texts.settings.access

export function Access() {
  const node = useNode()
  const { value } = useAsked(signal => node.api.getAccess({}, { signal }), [])
  const leave = () => node.api.logout({}).then(() => node.access.set('locked'), notifyError)
  if (!value) return null
  const who = value.username
    ? say.password({ name: value.username })
    : value.by === 'none'
      ? say.none
      : say.token
  return (
    <div className={styles.row}>
      <div className={styles.about}>
        <h3>{who}</h3>
        {!value.password && <p>{say.remote}</p>}
      </div>
      <div className={`${layout.stack1} ${styles.control}`}>
        <Button icon="logout" onClick={() => void leave()}>
          {say.logout}
        </Button>
      </div>
    </div>
  )
}
