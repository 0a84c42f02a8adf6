import type { HubInfo } from '@shoal/hub-api'
import { useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { TextArea, TextField } from '../../shared/controls/Field.tsx'
import { Form } from '../../shared/controls/Form.tsx'
import { Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Page } from '../../shared/controls/Page.tsx'
import { Card, Notice } from '../../shared/controls/Panels.tsx'
import { WordsForm } from '../../shared/identity/WordsForm.tsx'
import { texts } from '../../shared/messages/chat-app.ts'
import type { makePerson } from '../device/become.ts'
import type { ChatBrowser, ChatHub } from '../device/chat-browser.ts'
import { toHubOrigin, toInvitation } from '../device/hub-address.ts'

const t = texts.welcome

interface Props {
  readonly asked: { readonly hub: string | null; readonly invitation: string }
  onDone(device: ChatBrowser): void
}

/**
 * Makes this browser a device of a new person, of the owner of 24 words, or of the user of a node.
 */
export function Welcome({ asked, onDone }: Props) {
  const [found, setFound] = useState<{ readonly hub: ChatHub; readonly info: HubInfo } | null>(null)
  if (!found) return <ChooseHub initial={asked.hub ?? ''} onFound={setFound} />
  const { hub, info } = found
  return (
    <Page title={t.title} narrow>
      <div className={layout.stack4}>
        <div className={layout.wrap2}>
          <span className={layout.bold}>{t.at({ hub: `${info.name} (${hub.url})` })}</span>
          <Button size="small" onClick={() => setFound(null)}>
            {t.otherHub}
          </Button>
        </div>
        <NewPerson {...{ hub, info, onDone }} initial={asked.invitation} />
        <ByWords {...{ hub, onDone }} />
        <ByNode {...{ hub, onDone }} />
      </div>
    </Page>
  )
}

interface ChooseProps {
  readonly initial: string
  onFound(found: { readonly hub: ChatHub; readonly info: HubInfo }): void
}

function ChooseHub({ initial, onFound }: ChooseProps) {
  const [text, setText] = useState(initial)
  const [isBad, setBad] = useState(false)
  const { isBusy, failure, run } = useWork()
  const find = () => {
    const url = toHubOrigin(text)
    setBad(url === null)
    if (url === null) return
    run(async () => {
      const { fetchHub } = await import('../device/become.ts')
      onFound(await fetchHub(url))
    })
  }
  return (
    <Page title={t.title} narrow>
      <Form
        className={layout.stack4}
        confirm={t.next}
        variant="primary"
        size="large"
        disabled={isBusy || text.trim() === ''}
        failure={failure}
        onSubmit={find}
      >
        <p className={layout.soft}>{t.intro}</p>
        <TextField
          label={t.hub}
          hint={t.hubHint}
          error={isBad ? t.hubBad : undefined}
          required
          inputMode="url"
          autoCapitalize="none"
          spellCheck={false}
          value={text}
          onChange={event => setText(event.target.value)}
        />
      </Form>
    </Page>
  )
}

interface WayProps {
  readonly hub: ChatHub
  onDone(device: ChatBrowser): void
}

/** Shows the key with its words first, and then creates the account. */
function NewPerson({
  hub,
  info,
  initial,
  onDone,
}: WayProps & { readonly info: HubInfo; readonly initial: string }) {
  const [name, setName] = useState('')
  const [device, setDevice] = useState<string>(t.deviceDefault)
  const [invitation, setInvitation] = useState(initial)
  const [made, setMade] = useState<Awaited<ReturnType<typeof makePerson>> | null>(null)
  const [isWaiting, setWaiting] = useState(false)
  const { isBusy, failure, run } = useWork()
  const needsInvitation = info.registration === 'invite'
  const make = () =>
    run(async () => {
      const { makePerson } = await import('../device/become.ts')
      setMade(await makePerson(hub, device.trim()))
    })
  const join = () =>
    run(async () => {
      const { joinHub } = await import('../device/become.ts')
      const account = await joinHub(made!.device, {
        name: name.trim(),
        invitation: toInvitation(invitation),
      })
      if (account.state === 'waiting') setWaiting(true)
      else onDone(made!.device)
    })
  if (info.registration === 'closed')
    return (
      <Card title={t.isNew}>
        <p>{t.closed}</p>
      </Card>
    )
  if (isWaiting)
    return (
      <Notice tone="info" action={<Button onClick={() => onDone(made!.device)}>{t.next}</Button>}>
        {t.waiting}
      </Notice>
    )
  if (made)
    return (
      <>
        <WordsForm texts={texts.key} made={made} isBusy={isBusy} onDone={join} />
        {failure !== null && <Problem error={failure} />}
      </>
    )
  return (
    <Card title={t.isNew}>
      <Form
        confirm={t.create}
        variant="primary"
        size="large"
        disabled={isBusy || name.trim() === ''}
        failure={failure}
        onSubmit={make}
      >
        <p className={layout.soft}>{t.isNewBody}</p>
        <TextField
          label={t.name}
          hint={t.nameHint}
          required
          maxLength={64}
          autoComplete="nickname"
          value={name}
          onChange={event => setName(event.target.value)}
        />
        <DeviceName value={device} onChange={setDevice} />
        {info.registration !== 'open' && (
          <TextField
            label={t.invitation}
            hint={t.invitationHint}
            required={needsInvitation}
            autoComplete="off"
            spellCheck={false}
            value={invitation}
            onChange={event => setInvitation(event.target.value)}
          />
        )}
      </Form>
    </Card>
  )
}

function ByWords({ hub, onDone }: WayProps) {
  const [words, setWords] = useState('')
  const [device, setDevice] = useState<string>(t.deviceDefault)
  const { isBusy, failure, run } = useWork()
  const add = () =>
    run(async () => {
      const { addByWords } = await import('../device/become.ts')
      onDone(await addByWords(hub, words, device.trim()))
    })
  return (
    <Card title={t.words}>
      <Form confirm={t.useWords} disabled={isBusy || words.trim() === ''} failure={failure} onSubmit={add}>
        <TextArea
          label={t.wordsLabel}
          hint={t.wordsHint}
          rows={3}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={words}
          onChange={event => setWords(event.target.value)}
        />
        <DeviceName value={device} onChange={setDevice} />
      </Form>
    </Card>
  )
}

function ByNode({ hub, onDone }: WayProps) {
  const [did, setDid] = useState('')
  const [device, setDevice] = useState<string>(t.deviceDefault)
  const { isBusy, failure, run } = useWork()
  const make = () =>
    run(async () => {
      const { describe } = await import('../device/become.ts')
      onDone(await describe(hub, did.trim(), device.trim()))
    })
  return (
    <Card title={t.node}>
      <Form confirm={t.describe} disabled={isBusy || did.trim() === ''} failure={failure} onSubmit={make}>
        <p className={layout.soft}>{t.nodeBody}</p>
        <TextField
          label={t.did}
          required
          pattern="did:key:z[1-9A-HJ-NP-Za-km-z]+"
          maxLength={256}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={did}
          onChange={event => setDid(event.target.value)}
        />
        <DeviceName value={device} onChange={setDevice} />
      </Form>
    </Card>
  )
}

function DeviceName({ value, onChange }: { readonly value: string; onChange(value: string): void }) {
  return (
    <TextField
      label={t.device}
      hint={t.deviceHint}
      required
      maxLength={64}
      value={value}
      onChange={event => onChange(event.target.value)}
    />
  )
}
