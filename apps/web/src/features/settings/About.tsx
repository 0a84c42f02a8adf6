import { useState } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import { ConfirmDialog } from '../../shared/controls/ConfirmDialog.tsx'
import layout from '../../shared/controls/layout.module.css'
import { notify, notifyError } from '../../shared/controls/toasts.ts'
import { formatDate } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useCell, useNode } from '../../shared/node/context.tsx'
import { peerPortText } from '../../shared/node/peer-port.ts'
import styles from './settings.module.css'

const say = texts.settings.about

export function About() {
  const { info: cell } = useNode()
  const info = useCell(cell)
  if (!info) return null
  const facts = [
    [say.version, info.version],
    [say.started, formatDate(info.startedMs)],
    [say.platform, info.platform],
    [say.port, peerPortText(info)],
    [say.folders, info.allowedDirectories.join('\n')],
  ] as const
  return (
    <>
      <dl className={`${layout.facts} ${styles.facts}`}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>{say.api}</dt>
          <dd>
            <a href="/api/openapi.json">{say.apiLink}</a>
          </dd>
        </div>
        <div>
          <dt>{say.metrics}</dt>
          <dd>
            <a href="/metrics">{say.metricsLink}</a>
          </dd>
        </div>
      </dl>
      <Restart />
      <Stop />
    </>
  )
}

function Restart() {
  const { api } = useNode()
  const [isRunning, setRunning] = useState(false)
  const restart = () => {
    setRunning(true)
    // The next request waits until the node runs again.
    void api
      .restartNode({})
      .then(() => api.getNode({}))
      .then(() => notify(say.restarted, { type: 'good' }), notifyError)
      .finally(() => setRunning(false))
  }
  return (
    <div className={styles.row}>
      <div className={styles.about}>
        <h3>{say.restart}</h3>
        <p>{say.restartBody}</p>
      </div>
      <div className={`${layout.stack1} ${styles.control}`}>
        <Button disabled={isRunning} onClick={restart}>
          {say.restart}
        </Button>
      </div>
    </div>
  )
}

function Stop() {
  const { api } = useNode()
  const [asked, setAsked] = useState(false)
  const stop = () => void api.stopNode({}).then(() => notify(say.stopped), notifyError)
  return (
    <div className={styles.row}>
      <div className={styles.about}>
        <h3>{say.stop}</h3>
        <p>{say.stopBody}</p>
      </div>
      <div className={`${layout.stack1} ${styles.control}`}>
        <Button variant="danger" onClick={() => setAsked(true)}>
          {say.stop}
        </Button>
      </div>
      {asked && (
        <ConfirmDialog
          title={say.stopQuestion}
          description={say.stopBody}
          confirm={say.stop}
          onConfirm={stop}
          onClose={() => setAsked(false)}
        />
      )}
    </div>
  )
}
