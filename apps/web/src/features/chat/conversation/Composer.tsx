import { type ChatConversation, type ChatMessage, type ChatPerson, MAX_CHAT_TEXT } from '@shoal/api'
import {
  type ClipboardEvent,
  type KeyboardEvent,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { useWork } from '../../../shared/base/use-work.ts'
import { nameOf } from '../../../shared/chat/shown-text.ts'
import { IconButton } from '../../../shared/controls/Button.tsx'
import { Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { type DroppedFile, pickedFiles } from '../../../shared/dropped/dropped.ts'
import { isAborted } from '../../../shared/format/errors.ts'
import { formatBytes, formatPercent } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/chat.ts'
import { Avatar } from '../Avatar.tsx'
import { useChatClient } from '../chat-client.ts'
import { EmojiPicker } from '../message/EmojiPicker.tsx'
import { lineOf } from '../text/line-of.ts'
import { mentionable, mentionsIn, type Typed, typedMention } from '../text/mentions.ts'
import styles from './conversation.module.css'

const t = texts.compose
const DRAFT_MS = 800
/** Interval at which the typing indicator is sent again. */
const TYPING_MS = 4000
/** Keys that move the cursor. */
const MOVES = /^(?:ArrowLeft|ArrowRight|Home|End)$/

/** The message that the next one answers or edits. */
export interface Composing {
  readonly kind: 'reply' | 'edit'
  readonly message: ChatMessage
}

interface Props {
  readonly conversation: ChatConversation
  readonly people: ReadonlyMap<string, ChatPerson>
  readonly composing: Composing | null
  readonly files: readonly DroppedFile[]
  /** Starts to edit the user's last message. */
  onEditLast(): void
  onComposing(composing: Composing | null): void
  onFiles(files: readonly DroppedFile[]): void
  onSent(message: ChatMessage): void
}

export function Composer(props: Props) {
  const { conversation, people, composing, files, onEditLast, onComposing, onFiles, onSent } = props
  const { api, shares } = useChatClient()
  const { id } = conversation
  const input = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(conversation.draft)
  const [progress, setProgress] = useState<number | null>(null)
  const sharing = useRef<AbortController | null>(null)
  const { isBusy, failure, run } = useWork()
  const draft = useDraft(id, conversation.draft)
  const typing = useTyping(id)
  const completion = useCompletion(input, text, people)
  useHeight(input, text)
  useBeginning(input, composing, setText, draft.read)
  const tooLong = text.length - MAX_CHAT_TEXT
  const isEditing = composing?.kind === 'edit'
  const isReady = (text.trim() !== '' || files.length > 0) && tooLong <= 0 && !isBusy

  const change = (next: string) => {
    setText(next)
    if (!isEditing) draft.write(next)
    typing(next.trim() === '' ? 'stopped' : 'typing')
  }
  const stop = () => {
    onComposing(null)
    if (isEditing) setText(draft.read())
  }
  const share = async (): Promise<string[]> => {
    if (files.length === 0 || !shares.files) return []
    const controller = new AbortController()
    sharing.current = controller
    setProgress(0)
    try {
      return [await shares.files.share(files, { signal: controller.signal, onProgress: setProgress })]
    } finally {
      setProgress(null)
    }
  }
  const send = async () => {
    const mentions = mentionsIn(text, people.values())
    if (composing?.kind === 'edit') {
      onSent(await api.editMessage({ conversation: id, message: composing.message.id, text, mentions }))
      setText(draft.read())
    } else {
      const shared = await share()
      const replyTo = composing?.message.id
      const message = { conversation: id, text, mentions, files: shared }
      onSent(await api.sendMessage({ ...message, ...(replyTo !== undefined && { replyTo }) }))
      setText('')
      draft.write('')
      onFiles([])
    }
    onComposing(null)
    typing('stopped')
  }
  const submit = () => isReady && run(send)
  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing || completion.keyDown(event, change)) return
    if (event.key === 'Enter' && !event.shiftKey && !matchMedia('(pointer: coarse)').matches) submit()
    else if (event.key === 'Escape' && composing) stop()
    else if (event.key === 'ArrowUp' && text === '' && !composing) onEditLast()
    else return
    event.preventDefault()
  }
  const paste = (event: ClipboardEvent) => {
    const pasted = [...event.clipboardData.files].map(file => ({ path: file.name, file }))
    if (pasted.length === 0 || !shares.files) return
    event.preventDefault()
    onFiles(pasted)
  }
  const insert = (emoji: string) => {
    const { selectionStart: start, selectionEnd: end } = input.current!
    change(text.slice(0, start) + emoji + text.slice(end))
    input.current!.focus()
  }
  return (
    <form
      className={`${layout.stack2} ${styles.compose}`}
      onSubmit={event => {
        event.preventDefault()
        submit()
      }}
    >
      {failure !== null && !isAborted(failure) && <Problem error={failure} />}
      {composing && (
        <div className={`${layout.row2} ${layout.soft} ${styles.about}`}>
          <span className={`${layout.grow} ${layout.clip}`}>
            <strong>{isEditing ? t.editing : t.replying({ name: nameOf(composing.message.sender) })}</strong>{' '}
            <bdi>{lineOf(composing.message)}</bdi>
          </span>
          <IconButton icon="close" size="small" label={t.stop} onClick={stop} />
        </div>
      )}
      {files.length > 0 && (
        <div className={`${layout.row2} ${layout.soft} ${styles.about}`}>
          <span className={`${layout.grow} ${layout.break}`}>
            <strong>{describe(files)}</strong>{' '}
            {progress === null
              ? conversation.kind === 'share'
                ? t.sealedShare
                : t.sealed
              : t.sharing({ percent: formatPercent(progress) })}{' '}
            {shares.files?.hint}
          </span>
          <IconButton
            icon="close"
            size="small"
            label={t.remove}
            onClick={() => {
              sharing.current?.abort()
              onFiles([])
            }}
          />
        </div>
      )}
      <div className={`${layout.row} ${layout.surface} ${styles.field}`}>
        {completion.list}
        {shares.files && (
          <>
            <IconButton icon="plus" label={t.attach} onClick={() => picker.current?.click()} />
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              aria-label={t.attach}
              onChange={({ target }) => {
                onFiles(pickedFiles(target.files))
                target.value = ''
                input.current?.focus()
              }}
            />
          </>
        )}
        <textarea
          ref={input}
          className={`${layout.shrink} ${styles.input}`}
          rows={1}
          value={text}
          aria-label={t.label}
          aria-invalid={tooLong > 0 || undefined}
          placeholder={t.placeholder}
          enterKeyHint="send"
          onChange={({ target }) => change(target.value)}
          onKeyDown={keyDown}
          onKeyUp={({ key }) => MOVES.test(key) && completion.update()}
          onClick={completion.update}
          onPaste={paste}
          onBlur={() => typing('stopped')}
          {...completion.described}
        />
        <EmojiPicker trigger={<IconButton icon="smile" label={t.emoji} />} onChoose={insert} />
        <IconButton type="submit" icon="send" variant="primary" label={t.send} disabled={!isReady} />
      </div>
      {tooLong > 0 && (
        <p className={layout.soft} role="alert">
          {t.tooLong({ count: tooLong })}
        </p>
      )}
      <SlowMode conversation={conversation} />
    </form>
  )
}

function SlowMode({ conversation: { rules, members } }: Pick<Props, 'conversation'>) {
  const seconds = rules?.slowSeconds ?? 0
  if (seconds === 0 || members.some(each => each.isSelf && each.isAdmin)) return null
  return <p className={layout.faint}>{t.slow({ count: seconds })}</p>
}

function describe(files: readonly DroppedFile[]): string {
  const name = shownName(files[0]!.path.split('/')[0]!)
  const size = formatBytes(files.reduce((sum, { file }) => sum + file.size, 0))
  return t.files({ name, count: files.length, size })
}

/** Makes the field as high as its text. */
function useHeight(input: { readonly current: HTMLTextAreaElement | null }, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text determines the height
  useLayoutEffect(() => {
    const element = input.current
    if (!element) return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight}px`
  }, [text, input])
}

/** Copies the text of a message that is edited, and focuses the field. */
function useBeginning(
  input: { readonly current: HTMLTextAreaElement | null },
  composing: Composing | null,
  setText: (text: string) => void,
  draft: () => string,
): void {
  const before = useRef<Composing | null>(null)
  useEffect(() => {
    if (composing?.kind === 'edit') setText(composing.message.text)
    else if (before.current?.kind === 'edit' && composing) setText(draft())
    if (composing) input.current?.focus()
    before.current = composing
  }, [composing, input, setText, draft])
}

/** Stores the draft with the conversation, whenever the user leaves it. */
function useDraft(conversation: string, first: string) {
  const { api } = useChatClient()
  const kept = useRef({ text: first, saved: first })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const save = useCallback(() => {
    clearTimeout(timer.current)
    const { text, saved } = kept.current
    if (text === saved || text.length > MAX_CHAT_TEXT) return
    kept.current = { text, saved: text }
    // A lost draft is not worth an error message.
    api.setConversation({ conversation, draft: text }).catch(() => {})
  }, [api, conversation])
  useEffect(() => {
    addEventListener('pagehide', save)
    return () => {
      removeEventListener('pagehide', save)
      save()
    }
  }, [save])
  const write = useCallback(
    (text: string) => {
      kept.current = { ...kept.current, text }
      clearTimeout(timer.current)
      timer.current = setTimeout(save, DRAFT_MS)
    },
    [save],
  )
  const read = useCallback(() => kept.current.text, [])
  return { write, read }
}

/** Sends the typing indicator, not more often than needed. */
function useTyping(conversation: string): (what: 'typing' | 'stopped') => void {
  const { api } = useChatClient()
  const shownMs = useRef(0)
  return useCallback(
    what => {
      const nowMs = Date.now()
      if (what === 'typing' ? nowMs - shownMs.current < TYPING_MS : shownMs.current === 0) return
      shownMs.current = what === 'typing' ? nowMs : 0
      api.showPresence({ conversation, what }).catch(() => {})
    },
    [api, conversation],
  )
}

/** Completes the names of persons after `@`. */
function useCompletion(
  input: { readonly current: HTMLTextAreaElement | null },
  text: string,
  people: ReadonlyMap<string, ChatPerson>,
) {
  const id = useId()
  const [typed, setTyped] = useState<Typed | null>(null)
  const [at, setAt] = useState(0)
  const others = [...people.values()].filter(({ isSelf }) => !isSelf)
  const found = typed && input.current ? mentionable(others, typed.text) : []
  const isOpen = found.length > 0
  const update = () => {
    const element = input.current!
    const next = element.selectionStart === element.selectionEnd ? element.selectionStart : 0
    setTyped(typedMention(element.value, next))
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what was typed
  useEffect(() => {
    if (input.current === document.activeElement) update()
    setAt(0)
  }, [text])
  const take = (person: ChatPerson, change: (text: string) => void) => {
    const start = `${text.slice(0, typed!.at)}@${nameOf(person)} `
    change(start + text.slice(typed!.at + 1 + typed!.text.length))
    setTyped(null)
    requestAnimationFrame(() => {
      input.current?.focus()
      input.current?.setSelectionRange(start.length, start.length)
    })
  }
  const change = useRef<(text: string) => void>(() => {})
  return {
    update,
    described: isOpen
      ? {
          'aria-autocomplete': 'list' as const,
          'aria-controls': id,
          'aria-activedescendant': `${id}-${at}`,
        }
      : {},
    /** Returns true if the list handled the key. */
    keyDown(event: KeyboardEvent, onChange: (text: string) => void): boolean {
      change.current = onChange
      if (!isOpen) return false
      if (event.key === 'ArrowDown') setAt((at + 1) % found.length)
      else if (event.key === 'ArrowUp') setAt((at + found.length - 1) % found.length)
      else if (event.key === 'Enter' || event.key === 'Tab') take(found[at] ?? found[0]!, onChange)
      else if (event.key === 'Escape') setTyped(null)
      else return false
      event.preventDefault()
      return true
    },
    list: isOpen && (
      <div id={id} role="listbox" aria-label={t.mentions} className={styles.people}>
        {found.map((person, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the focus stays in the text, and the keys work there
          <div
            key={person.did}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            onMouseDown={event => event.preventDefault()}
            onClick={() => take(person, change.current)}
          >
            <Avatar name={nameOf(person)} seed={person.did} />
            <bdi className={layout.clip}>{nameOf(person)}</bdi>
          </div>
        ))}
      </div>
    ),
  }
}
