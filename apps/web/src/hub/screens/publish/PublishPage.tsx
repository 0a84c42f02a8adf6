import { useLocation } from 'wouter'
import { Page } from '../../../shared/controls/Page.tsx'
import { notify, notifyError } from '../../../shared/controls/toasts.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { useHub } from '../../state/context.tsx'
import { ListingForm } from './ListingForm.tsx'
import { sendFiles } from './send-files.ts'

const t = texts.publish

export function PublishPage() {
  const { api, link } = useHub()
  const [, go] = useLocation()
  return (
    <Page title={t.title} narrow>
      <ListingForm
        confirm={t.send}
        onSend={async (written, files) => {
          const { id } = await api.publishListing(written)
          notify(t.published, { type: 'good' })
          await sendFiles(link, id, files).catch(error => notifyError(error, t.filesFailed))
          go(`/listings/${id}`)
        }}
      />
    </Page>
  )
}
