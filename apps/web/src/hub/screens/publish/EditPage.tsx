import { useLocation, useParams } from 'wouter'
import { useAnswer } from '../../../shared/base/use-answer.ts'
import { Waiting } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Page } from '../../../shared/controls/Page.tsx'
import { notify, notifyError } from '../../../shared/controls/toasts.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { useHub } from '../../state/context.tsx'
import { ListingForm } from './ListingForm.tsx'
import { sendFiles } from './send-files.ts'
import { Thumbnails } from './Thumbnails.tsx'

const t = texts.publish

export function EditPage() {
  const { api, link } = useHub()
  const { id } = useParams<{ id: string }>()
  const [, go] = useLocation()
  const asked = useAnswer(signal => api.getListing({ id }, { signal }), [id])
  return (
    <Page title={t.editTitle} narrow>
      {asked.value ? (
        <div className={layout.stack4}>
          <Thumbnails listing={asked.value} onChanged={asked.set} />
          <ListingForm
            listing={asked.value}
            confirm={t.save}
            onSend={async (written, files) => {
              await api.editListing({ id, ...written })
              notify(t.saved, { type: 'good' })
              await sendFiles(link, id, files).catch(error => notifyError(error, t.filesFailed))
              go(`/listings/${id}`)
            }}
          />
        </div>
      ) : (
        <Waiting asked={asked} />
      )}
    </Page>
  )
}
