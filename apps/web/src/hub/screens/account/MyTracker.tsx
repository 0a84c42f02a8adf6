import { useState } from 'react'
import { useAnswer } from '../../../shared/base/use-answer.ts'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { CopyIcon } from '../../../shared/controls/CopyIcon.tsx'
import { Problem, Waiting } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { formatBytes, formatRatio } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { useHub } from '../../state/context.tsx'

const t = texts.account

/** The announce addresses for the user's own client, and its transfer statistics. */
export function MyTracker() {
  const { api } = useHub()
  const asked = useAnswer(signal => api.getTrackerAccount({}, { signal }), [])
  const [urls, setUrls] = useState<readonly string[]>([])
  const { isBusy, failure, run } = useWork()
  const known = asked.value
  const renew = () =>
    run(async () => {
      setUrls((await api.renewTrackerKey({})).announceUrls)
      asked.reload()
    })
  return (
    <Card title={t.tracker}>
      {known ? (
        <div className={layout.stack3}>
          <p className={layout.soft}>{known.isPrivate ? t.trackerPrivate : t.trackerBody}</p>
          <dl className={layout.facts}>
            <div>
              <dt>{t.uploaded}</dt>
              <dd>{formatBytes(known.uploadedBytes)}</dd>
            </div>
            <div>
              <dt>{t.downloaded}</dt>
              <dd>{formatBytes(known.downloadedBytes)}</dd>
            </div>
            {known.downloadedBytes > 0 && (
              <div>
                <dt>{t.ratio}</dt>
                <dd>{formatRatio(known.uploadedBytes / known.downloadedBytes)}</dd>
              </div>
            )}
          </dl>
          {urls.length > 0 && (
            <div className={layout.stack1} role="status">
              <p>{t.trackerOnce}</p>
              {urls.map(url => (
                <span key={url} className={layout.row1}>
                  <span className={`${layout.mono} ${layout.break}`}>{url}</span>
                  <CopyIcon text={url} what={t.tracker} />
                </span>
              ))}
            </div>
          )}
          {failure !== null && <Problem error={failure} />}
          <div>
            <Button disabled={isBusy} onClick={renew}>
              {known.hasKey ? t.trackerRenew : t.trackerFirst}
            </Button>
          </div>
        </div>
      ) : (
        <Waiting asked={asked} />
      )}
    </Card>
  )
}
