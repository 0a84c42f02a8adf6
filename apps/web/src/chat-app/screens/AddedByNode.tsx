import { base64urlnopad } from '@scure/base'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { CopyButton } from '../../shared/controls/CopyButton.tsx'
import { Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Page } from '../../shared/controls/Page.tsx'
import { QrCode } from '../../shared/controls/QrCode.tsx'
import { texts } from '../../shared/messages/chat-app.ts'
import { type ChatBrowser, chatBrowser } from '../device/chat-browser.ts'

const t = texts.added

interface Props {
  readonly device: ChatBrowser
  onChange(device: ChatBrowser | null): void
}

/** Shows the description of this browser until a node has added it to the devices of its user. */
export function AddedByNode({ device, onChange }: Props) {
  const { isBusy, failure, run } = useWork()
  const text = base64urlnopad.encode(device.description)
  const ask = () =>
    run(async () => {
      const { learnLists } = await import('../device/become.ts')
      onChange(await learnLists(device))
    })
  const forget = () =>
    run(async () => {
      await chatBrowser.forget()
      onChange(null)
    })
  return (
    <Page title={t.title} narrow>
      <div className={layout.stack4}>
        <p className={layout.soft}>{t.body}</p>
        <code className={`${layout.mono} ${layout.break}`}>{text}</code>
        <QrCode text={text} label={t.code} />
        <div>
          <CopyButton text={text}>{t.copy}</CopyButton>
        </div>
        {failure !== null && <Problem error={failure} />}
        <div className={layout.wrap2}>
          <Button variant="primary" size="large" disabled={isBusy} onClick={ask}>
            {t.done}
          </Button>
          <Button variant="quiet" size="large" disabled={isBusy} onClick={forget}>
            {t.forget}
          </Button>
        </div>
      </div>
    </Page>
  )
}
