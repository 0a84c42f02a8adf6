import { useState } from 'react'
import { useAnswer } from '../../../shared/base/use-answer.ts'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { CopyIcon } from '../../../shared/controls/CopyIcon.tsx'
import { Problem, Waiting } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { formatDate } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { useHub } from '../../state/context.tsx'

const t = texts.account

/** The key with which other programs read the listings. */
export function MyFeeds() {
  const { api } = useHub()
  const asked = useAnswer(signal => api.getFeedKey({}, { signal }), [])
  const [key, setKey] = useState<string | null>(null)
  const { isBusy, failure, run } = useWork()
  const renew = () =>
    run(async () => {
      const { key: made, createdMs } = await api.renewFeedKey({})
      setKey(made)
      asked.set({ createdMs })
    })
  const remove = () =>
    run(async () => {
      await api.removeFeedKey({})
      setKey(null)
      asked.set({ createdMs: null })
    })
  const createdMs = asked.value?.createdMs
  return (
    <Card title={t.feed}>
      {createdMs === undefined ? (
        <Waiting asked={asked} />
      ) : (
        <div className={layout.stack3}>
          <p className={layout.soft}>{t.feedBody}</p>
          <p>{createdMs === null ? t.feedNone : t.feedSince({ date: formatDate(createdMs, 'date') })}</p>
          {key !== null && (
            <div className={layout.stack1}>
              <p>{t.feedOnce}</p>
              <dl className={layout.facts}>
                <Address term="Atom" text={`${location.origin}/atom?key=${key}`} />
                <Address term="Torznab" text={`${location.origin}/torznab/api?apikey=${key}`} />
              </dl>
            </div>
          )}
          {failure !== null && <Problem error={failure} />}
          <div className={layout.wrap2}>
            <Button disabled={isBusy} onClick={renew}>
              {createdMs === null ? t.feedMake : t.feedRenew}
            </Button>
            {createdMs !== null && (
              <Button variant="quiet" disabled={isBusy} onClick={remove}>
                {t.feedRemove}
              </Button>
            )}
          </div>
        </div>
      )}
    </Card>
  )
}

function Address({ term, text }: { readonly term: string; readonly text: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd className={layout.row1}>
        <span className={`${layout.mono} ${layout.break}`}>{text}</span>
        <CopyIcon text={text} what={term} />
      </dd>
    </div>
  )
}
