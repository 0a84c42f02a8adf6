import { base64urlnopad } from '@scure/base'
import type { AccountInfo } from '@shoal/hub-api'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useAnswer } from '../../../shared/base/use-answer.ts'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { TextArea, TextField } from '../../../shared/controls/Field.tsx'
import { Form } from '../../../shared/controls/Form.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Page } from '../../../shared/controls/Page.tsx'
import { Card } from '../../../shared/controls/Panels.tsx'
import { notify } from '../../../shared/controls/toasts.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { texts as say } from '../../../shared/messages/passkeys.ts'
import { PasskeyProblem } from '../../../shared/passkeys/PasskeyProblem.tsx'
import { askForPasskey, hasPasskeys } from '../../../shared/passkeys/passkeys.ts'
import { ownDevice } from '../../identity/own-device.ts'
import { shortDid } from '../../parts/person.ts'
import { useHub, useHubInfo } from '../../state/context.tsx'
import { BrowserDescription, DescribeBrowser } from './DescribeBrowser.tsx'
import { KeepBrowser } from './KeepBrowser.tsx'

const t = texts.login

export function LoginPage() {
  const hub = useHub()
  const { name, registration } = useHubInfo()
  const [, go] = useLocation()
  const { isBusy, failure, run } = useWork()
  const device = useAnswer(() => ownDevice.load(), [])
  const [isPasskeyPossible] = useState(hasPasskeys)
  const [opened, setOpened] = useState<Opened | null>(null)
  const withDevice = () =>
    run(async () => {
      const { loginWithDevice } = await import('../../identity/login.ts')
      hub.account.set(await loginWithDevice(hub.api, device.value!))
      go('/')
    })
  const withPasskey = () =>
    run(async () => {
      const { answer, secret } = await askForPasskey(await hub.api.requestPasskey({}))
      const { account, wrappedKey } = await hub.api.loginWithPasskey({ answer })
      if (secret && wrappedKey !== null && device.value === null)
        return setOpened({ account, secret, sealed: wrappedKey })
      hub.account.set(account)
      go('/')
    })
  const keep = ({ account: { did }, ...opened }: Opened, deviceName: string) =>
    run(async () => {
      const { keepWithPasskey } = await import('../../identity/login.ts')
      try {
        hub.account.set(await keepWithPasskey(hub.api, { did, deviceName, ...opened }))
      } catch (error) {
        // A stored device logs in with its own key from now on, and the session of the passkey may
        // have ended.
        const saved = await ownDevice.load()
        if (saved) {
          device.set(saved)
          setOpened(null)
        }
        throw error
      }
      go('/')
    })
  const withWords = (words: string, deviceName: string) =>
    run(async () => {
      const { loginWithWords } = await import('../../identity/login.ts')
      hub.account.set(await loginWithWords(hub.api, words, deviceName))
      go('/')
    })
  const forget = () =>
    run(async () => {
      await ownDevice.forget()
      device.set(null)
      notify(t.forgotten, { type: 'good' })
    })
  if (opened)
    return (
      <Page title={t.keep} narrow>
        <KeepBrowser
          {...{ isBusy, failure }}
          onKeep={deviceName => keep(opened, deviceName)}
          onSkip={() => {
            hub.account.set(opened.account)
            go('/')
          }}
        />
      </Page>
    )
  return (
    <Page title={t.title({ hub: shownName(name) })} narrow>
      <div className={layout.stack4}>
        <PasskeyProblem failure={failure} />
        {device.value && (
          <Card title={t.device}>
            <div className={layout.stack3}>
              <p className={layout.soft}>
                {device.value.lists.length > 0 && t.deviceHint}{' '}
                <span className={layout.mono}>{shortDid(device.value.did)}</span>
              </p>
              {device.value.lists.length === 0 && (
                <BrowserDescription text={base64urlnopad.encode(device.value.description)} />
              )}
              <div className={layout.wrap2}>
                <Button variant="primary" size="large" disabled={isBusy} onClick={withDevice}>
                  {t.device}
                </Button>
                <Button variant="quiet" disabled={isBusy} onClick={forget}>
                  {t.forget}
                </Button>
              </div>
            </div>
          </Card>
        )}
        <Card title={say.login}>
          <div className={layout.stack3}>
            <p className={layout.soft}>{isPasskeyPossible ? say.loginHint : say.notHere}</p>
            {isPasskeyPossible && (
              <div>
                <Button
                  variant={device.value ? 'plain' : 'primary'}
                  size="large"
                  disabled={isBusy}
                  onClick={withPasskey}
                >
                  {say.login}
                </Button>
              </div>
            )}
          </div>
        </Card>
        <Words isBusy={isBusy} onSend={withWords} />
        {device.value === null && <DescribeBrowser onDescribed={device.set} />}
        {registration !== 'closed' && (
          <p>
            {t.noAccount} <Link href="/join">{texts.join}</Link>
          </p>
        )}
      </div>
    </Page>
  )
}

/** A person who logged in with a passkey that decrypts their root key. */
interface Opened {
  readonly account: AccountInfo
  readonly secret: Uint8Array
  readonly sealed: string
}

interface WordsProps {
  readonly isBusy: boolean
  onSend(words: string, deviceName: string): void
}

/** The form for users who have neither a device nor a passkey. */
function Words({ isBusy, onSend }: WordsProps) {
  const [words, setWords] = useState('')
  const [name, setName] = useState<string>(texts.join_.deviceDefault)
  return (
    <Card title={t.words}>
      <Form
        confirm={t.words}
        disabled={isBusy || words.trim() === '' || name.trim() === ''}
        onSubmit={() => onSend(words, name.trim())}
      >
        <TextArea
          label={texts.account.words}
          hint={t.wordsHint}
          rows={3}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={words}
          onChange={event => setWords(event.target.value)}
        />
        <TextField
          label={texts.join_.device}
          maxLength={64}
          value={name}
          onChange={event => setName(event.target.value)}
        />
      </Form>
    </Card>
  )
}
