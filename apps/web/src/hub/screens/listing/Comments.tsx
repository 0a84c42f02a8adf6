import type { Comment } from '@shoal/hub-api'
import { lazy, Suspense, useId, useState } from 'react'
import { Link } from 'wouter'
import { useWork } from '../../../shared/base/use-work.ts'
import { IconButton } from '../../../shared/controls/Button.tsx'
import { ConfirmDialog } from '../../../shared/controls/ConfirmDialog.tsx'
import { TextArea } from '../../../shared/controls/Field.tsx'
import { Form } from '../../../shared/controls/Form.tsx'
import { FormDialog } from '../../../shared/controls/FormDialog.tsx'
import { Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Notice } from '../../../shared/controls/Panels.tsx'
import { notifyError } from '../../../shared/controls/toasts.ts'
import { formatAgo, listOf } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { JudgeDialog, type Judged } from '../../parts/JudgeDialog.tsx'
import { More } from '../../parts/More.tsx'
import { personName } from '../../parts/person.ts'
import { useAccount, useHub, useList } from '../../state/context.tsx'
import { mayUse } from '../../state/hub-store.ts'
import styles from './listing.module.css'

const t = texts.comments
const MAX_CHARACTERS = 8000
const MarkdownView = lazy(() => import('../../../shared/media/MarkdownView.tsx'))

/** The comments on a listing, and the field for a new one. */
export function Comments({ listing }: { readonly listing: string }) {
  const { api } = useHub()
  const account = useAccount()
  const title = useId()
  const list = useList(
    (cursor, signal) =>
      api.listComments({ id: listing, ...(cursor !== undefined && { cursor }) }, signal ? { signal } : {}),
    [listing, account?.did],
  )
  const replace = (changed: Comment) =>
    list.set((list.items ?? []).map(each => (each.id === changed.id ? changed : each)))
  return (
    <section className={layout.stack3} aria-labelledby={title}>
      <h2 id={title}>{t.title}</h2>
      {list.items?.length === 0 && <p className={layout.soft}>{t.none}</p>}
      <ul className={layout.divided}>
        {list.items?.map(comment => (
          <CommentItem
            key={comment.id}
            comment={comment}
            onChanged={replace}
            onRemoved={() => list.set((list.items ?? []).filter(({ id }) => id !== comment.id))}
            onJudged={list.reload}
          />
        ))}
      </ul>
      <More list={list} />
      {account ? (
        <NewComment listing={listing} onAdded={added => list.set([...(list.items ?? []), added])} />
      ) : (
        <p>
          <Link href="/login">{t.logIn}</Link>
        </p>
      )}
    </section>
  )
}

function NewComment({ listing, onAdded }: { readonly listing: string; onAdded(comment: Comment): void }) {
  const { api } = useHub()
  const [text, setText] = useState('')
  const { isBusy, failure, run } = useWork()
  const send = () =>
    run(async () => {
      onAdded(await api.addComment({ id: listing, text }))
      setText('')
    })
  return (
    <Form
      className={layout.stack2}
      confirm={t.send}
      variant="primary"
      disabled={isBusy || text.trim() === ''}
      failure={failure}
      onSubmit={send}
    >
      <TextArea
        label={t.write}
        hint={t.hint}
        rows={3}
        maxLength={MAX_CHARACTERS}
        value={text}
        onChange={event => setText(event.target.value)}
      />
    </Form>
  )
}

interface ItemProps {
  readonly comment: Comment
  onChanged(comment: Comment): void
  onRemoved(): void
  onJudged(): void
}

function CommentItem({ comment, onChanged, onRemoved, onJudged }: ItemProps) {
  const { api } = useHub()
  const account = useAccount()
  const [open, setOpen] = useState<'edit' | 'remove' | null>(null)
  const [judged, setJudged] = useState<Judged | null>(null)
  const { id, author, text, createdMs, changedMs, hidden } = comment
  const isOwn = account?.did === author.did
  const judge = (act: Judged['act']) => () => setJudged({ act, kind: 'comment', id })
  const close = () => setOpen(null)
  return (
    <li className={`${layout.stack1} ${styles.comment}`}>
      <div className={layout.row1}>
        <p className={`${layout.grow} ${layout.soft} ${layout.break}`}>
          <strong>{personName(author)}</strong> ·{' '}
          {listOf(formatAgo(createdMs), changedMs === null ? null : t.changed)}
        </p>
        {isOwn && <IconButton icon="edit" size="small" label={t.edit} onClick={() => setOpen('edit')} />}
        {account && !isOwn && (
          <IconButton icon="alert" size="small" label={t.report} onClick={judge('report')} />
        )}
        {mayUse(account, 'moderator') && (
          <IconButton
            icon="eye"
            size="small"
            label={hidden === null ? t.hide : t.unhide}
            onClick={judge(hidden === null ? 'hide' : 'unhide')}
          />
        )}
        {(isOwn || mayUse(account, 'admin')) && (
          <IconButton icon="trash" size="small" label={t.remove} onClick={() => setOpen('remove')} />
        )}
      </div>
      {hidden !== null && <Notice tone="warn">{texts.listing.hiddenBecause({ reason: hidden })}</Notice>}
      <Suspense>
        <div className={styles.text}>
          <MarkdownView text={text} />
        </div>
      </Suspense>
      {open === 'edit' && (
        <EditDialog
          text={text}
          onSave={async changed => onChanged(await api.editComment({ id, text: changed }))}
          onClose={close}
        />
      )}
      {open === 'remove' && (
        <ConfirmDialog
          title={t.removeTitle}
          description={t.removeBody}
          confirm={texts.listing.remove}
          icon="trash"
          onConfirm={() => api.removeComment({ id }).then(onRemoved, notifyError)}
          onClose={close}
        />
      )}
      {judged && <JudgeDialog judged={judged} onDone={onJudged} onClose={() => setJudged(null)} />}
    </li>
  )
}

interface EditProps {
  readonly text: string
  onSave(text: string): Promise<void>
  onClose(): void
}

function EditDialog({ text, onSave, onClose }: EditProps) {
  const [written, setWritten] = useState(text)
  const { isBusy, failure, run } = useWork()
  return (
    <FormDialog
      title={t.edit}
      confirm={t.save}
      disabled={isBusy || written.trim() === ''}
      onSubmit={() => run(() => onSave(written).then(onClose))}
      onClose={onClose}
    >
      <TextArea
        label={t.write}
        hint={t.hint}
        rows={6}
        maxLength={MAX_CHARACTERS}
        value={written}
        onChange={event => setWritten(event.target.value)}
      />
      {failure !== null && <Problem error={failure} />}
    </FormDialog>
  )
}
