import type { AddTorrent, Preview } from '@shoal/api'
import { type FormEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { Button } from '../../shared/controls/Button.tsx'
import { TextArea } from '../../shared/controls/Field.tsx'
import { Problem, Spinner } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import type { DroppedFile } from '../../shared/dropped/dropped.ts'
import { pickedFiles } from '../../shared/dropped/dropped.ts'
import { sourcesIn } from '../../shared/dropped/links.ts'
import { isAborted } from '../../shared/format/errors.ts'
import { controls } from '../../shared/messages/controls.ts'
import { texts } from '../../shared/messages/texts.ts'
import { addressesIn } from '../../shared/node/addresses.ts'
import { useAsked, useNode } from '../../shared/node/context.tsx'
import type { AddRequest } from '../../shared/ui/ui.ts'
import styles from './Add.module.css'
import { addAll, readTorrent, type Source } from './adding.ts'
import { HandlerHint } from './HandlerHint.tsx'
import { PeersField } from './PeersField.tsx'
import { PlainFileForm } from './PlainFileForm.tsx'
import { PreviewForm } from './PreviewForm.tsx'

type State =
  | { readonly step: 'source' }
  | { readonly step: 'looking'; readonly source: Source }
  | { readonly step: 'failed'; readonly source: Source; readonly error: unknown }
  | { readonly step: 'plain'; readonly source: string }
  | { readonly step: 'preview'; readonly source: Source; readonly preview: Preview }

const t = texts.add

interface DownloadTabProps {
  readonly request: AddRequest
  /** The field for the link. */
  readonly field: RefObject<HTMLTextAreaElement | null>
  onDone(): void
}

/** Adds a link or .torrent: first shows its contents, of which the user can choose a part. */
export function DownloadTab({ request, field, onDone }: DownloadTabProps) {
  const node = useNode()
  const [path, navigate] = useLocation()
  const [state, setState] = useState<State>({ step: 'source' })
  const [text, setText] = useState(request.text ?? '')
  const [peersText, setPeersText] = useState('')
  const peers = addressesIn(peersText)
  const withPeers = peers.length > 0 ? { peers } : {}
  const looking = useRef<AbortController | null>(null)
  useEffect(() => () => looking.current?.abort(), [])
  const openPreview = (source: Source) => {
    looking.current?.abort()
    const controller = new AbortController()
    looking.current = controller
    setState({ step: 'looking', source })
    node.api.previewTorrent({ ...source, ...withPeers }, { signal: controller.signal }).then(
      preview => setState({ step: 'preview', source, preview }),
      error => {
        if (isAborted(error)) return
        const plain = (error as { code?: string }).code === 'not-a-torrent' && 'source' in source
        setState(plain ? { step: 'plain', source: source.source } : { step: 'failed', source, error })
      },
    )
  }
  const cancel = () => {
    looking.current?.abort()
    setState({ step: 'source' })
  }
  const addUnseen = (source: Source) => {
    cancel()
    void add([source])
  }
  const add = async (sources: readonly AddTorrent[]) => {
    const all = sources.map(source => ({ ...source, ...withPeers }))
    if (!(await addAll(node.api, all, id => navigate(`/torrents/${id}`)))) return
    // The guide is finished: the added torrent is in the list.
    if (path === '/welcome') navigate('/')
    onDone()
  }
  const takeFiles = async (files: readonly DroppedFile[]) => {
    const sources = await Promise.all(files.map(({ file }) => readTorrent(file)))
    if (sources.length === 1) openPreview(sources[0]!)
    else await add(sources)
  }
  const takeText = (given: string) => {
    const sources = sourcesIn(given).map(source => ({ source }))
    if (sources.length === 1) openPreview(sources[0]!)
    else void add(sources)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the dialog was opened with is taken once.
  useEffect(() => {
    if (request.tab !== 'download') return
    if (request.files?.length) void takeFiles(request.files)
    else if (request.text && sourcesIn(request.text).length === 1) takeText(request.text)
  }, [request])

  if (state.step === 'looking') {
    return (
      <div className={`${layout.stack4} ${styles.looking}`}>
        <Spinner />
        <p>{t.looking}</p>
        <div className={layout.wrap2}>
          <Button onClick={cancel}>{controls.cancel}</Button>
          <Button onClick={() => addUnseen(state.source)}>{t.source.direct}</Button>
        </div>
      </div>
    )
  }
  if (state.step === 'preview') {
    return (
      <PreviewForm
        preview={state.preview}
        peers={peersText}
        onPeers={setPeersText}
        onBack={() => setState({ step: 'source' })}
        onAdd={options => add([{ ...state.source, ...options }])}
      />
    )
  }
  if (state.step === 'plain') {
    return (
      <PlainFileForm
        source={state.source}
        onBack={() => setState({ step: 'source' })}
        onAdd={it => add([it])}
      />
    )
  }
  return (
    <div className={`${layout.stack4} ${styles.form}`}>
      {state.step === 'failed' && (
        <Failed
          error={state.error}
          onRetry={() => openPreview(state.source)}
          onAdd={() => add([state.source])}
        />
      )}
      <SourceForm
        field={field}
        text={text}
        peers={peersText}
        onText={written => {
          setText(written)
          setState({ step: 'source' })
        }}
        onPeers={setPeersText}
        onSubmit={takeText}
        onFiles={takeFiles}
      />
      <HandlerHint />
    </div>
  )
}

function Failed({ error, onRetry, onAdd }: { error: unknown; onRetry(): void; onAdd(): void }) {
  const late = (error as { code?: string }).code === 'timeout'
  if (!late) return <Problem error={error} onRetry={onRetry} />
  return (
    <Notice
      tone="warn"
      action={
        <div className={layout.wrap2}>
          <Button size="small" onClick={onRetry}>
            {controls.retry}
          </Button>
          <Button size="small" onClick={onAdd}>
            {t.addAnyway}
          </Button>
        </div>
      }
    >
      {t.lookFailed}
    </Notice>
  )
}

interface SourceFormProps {
  readonly field: RefObject<HTMLTextAreaElement | null>
  readonly text: string
  readonly peers: string
  onText(text: string): void
  onPeers(text: string): void
  onSubmit(text: string): void
  onFiles(files: readonly DroppedFile[]): void
}

function SourceForm({ field, text, peers, onText, onPeers, onSubmit, onFiles }: SourceFormProps) {
  const count = sourcesIn(text).length
  const picker = useRef<HTMLInputElement>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (count > 0) onSubmit(text)
  }
  return (
    <form className={`${layout.stack4} ${styles.form}`} onSubmit={submit}>
      <TextArea
        ref={field}
        label={t.source.label}
        hint={t.source.hint}
        placeholder={t.source.placeholder}
        value={text}
        rows={3}
        spellCheck={false}
        autoCapitalize="off"
        onChange={({ target }) => onText(target.value)}
        onKeyDown={event => event.key === 'Enter' && !event.shiftKey && count > 0 && submit(event)}
      />
      <Understood />
      <PeersField value={peers} onChange={onPeers} />
      <div className={`${layout.wrap2} ${layout.end} ${styles.actions}`}>
        <input
          ref={picker}
          type="file"
          accept=".torrent,application/x-bittorrent"
          multiple
          hidden
          onChange={({ target }) => onFiles(pickedFiles(target.files))}
        />
        <Button icon="file" onClick={() => picker.current?.click()}>
          {t.source.pick}
        </Button>
        <Button type="submit" variant="primary" disabled={count === 0}>
          {count > 1 ? t.confirmMany({ count }) : t.source.next}
        </Button>
      </div>
    </form>
  )
}

function Understood() {
  const { value } = useAsked(api => api.listProtocols({}), [])
  if (!value) return null
  return (
    <details className={styles.details}>
      <summary>{t.source.understands}</summary>
      <ul>
        {value.items
          .flatMap(({ understands }) => understands)
          .map(each => (
            <li key={each}>{each}</li>
          ))}
      </ul>
    </details>
  )
}
