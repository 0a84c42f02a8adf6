import type { Publication } from '@shoal/api'
import { shortHash } from '@shoal/links'
import { useWork } from '../../shared/base/use-work.ts'
import { SelectField, TextField } from '../../shared/controls/Field.tsx'
import { FormDialog } from '../../shared/controls/FormDialog.tsx'
import { Notice } from '../../shared/controls/Panels.tsx'
import { notify } from '../../shared/controls/toasts.ts'
import { messageOf } from '../../shared/format/errors.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useNode } from '../../shared/node/context.tsx'
import { useOwnKey } from '../../shared/own-key/useOwnKey.tsx'
import { torrentOf } from './torrent-of.ts'

const t = texts.pages.published

interface Props {
  /** The link that gets a new version; null for a new link. */
  readonly known: Publication | null
  onClose(): void
}

/** Signs a version in this page, with a key that never leaves it, and publishes it. */
export function PublishDialog({ known, onClose }: Props) {
  const { api, torrents } = useNode()
  const { isBusy, failure, run } = useWork()
  const key = useOwnKey()
  const listed = [...torrents.values()].sort((a, b) => a.name.localeCompare(b.name))
  const current = known && torrentOf(listed, known.infoHash)
  const publish = (form: FormData) =>
    run(async () => {
      const name = known?.name ?? String(form.get('name')).trim()
      const torrent = torrents.get(String(form.get('torrent')))
      if (!torrent) throw new Error(t.torrentGone)
      const infoHash = shortHash(torrent)
      const { ownerOf } = await import('./owner.ts')
      const owner = ownerOf(await key.open(form), name)
      if (known && owner.link !== known.link) throw new Error(t.otherKey({ name }))
      const latest = await api.findPublished({ link: owner.link })
      const signed = owner.sign(latest, infoHash)
      const { error } = await api.publish({ name, link: owner.link, infoHash, ...signed })
      if (error === null) notify(t.published({ name, version: signed.version }), { type: 'good' })
      else notify(t.publishedLater({ name }), { type: 'bad' })
      onClose()
    })
  return (
    <>
      <FormDialog
        title={known ? t.publishNext : t.publish}
        confirm={isBusy ? t.publishing : t.publish}
        disabled={isBusy}
        onSubmit={publish}
        onClose={onClose}
      >
        {failure !== null && <Notice>{messageOf(failure)}</Notice>}
        <TextField
          label={t.name}
          hint={t.publishNameHint}
          name="name"
          required
          maxLength={255}
          autoComplete="off"
          defaultValue={known?.name}
          disabled={known !== null}
        />
        <SelectField
          label={t.torrent}
          name="torrent"
          required
          defaultValue={current?.id}
          options={listed.map(({ id, name }) => ({ value: id, text: name }))}
        />
        {key.fields}
      </FormDialog>
      {key.dialogs}
    </>
  )
}
