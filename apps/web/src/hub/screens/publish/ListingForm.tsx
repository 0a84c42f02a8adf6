import type { Category, Listing } from '@shoal/hub-api'
import { lazy, Suspense, useState } from 'react'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { SelectField, TextArea, TextField } from '../../../shared/controls/Field.tsx'
import { Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Segments } from '../../../shared/controls/Panels.tsx'
import { parseTags } from '../../../shared/forms/tags.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { CATEGORY_OPTIONS } from '../../parts/listing.ts'
import styles from './publish.module.css'
import type { TorrentFile } from './torrent-file.ts'

const t = texts.publish
const MarkdownView = lazy(() => import('../../../shared/media/MarkdownView.tsx'))

/** The fields of a listing that its author enters. */
interface WrittenListing {
  readonly link: string
  readonly title: string
  readonly category: Category
  readonly tags: string[]
  readonly description: string
  /** Total length of the files of a .torrent. */
  readonly sizeBytes?: number
  readonly fileCount?: number
}

/** Files of a listing, which are uploaded one by one. */
export interface ListingFiles {
  readonly torrent: File | null
  readonly pictures: readonly File[]
}

interface Props {
  /** The listing that is edited. */
  readonly listing?: Listing
  readonly confirm: string
  onSend(written: WrittenListing, files: ListingFiles): Promise<void>
}

export function ListingForm({ listing, confirm, onSend }: Props) {
  const [link, setLink] = useState(listing?.link ?? '')
  /** Null: the name from the link. */
  const [written, setWritten] = useState<string | null>(listing?.title ?? null)
  const [category, setCategory] = useState<Category>((listing?.category as Category | undefined) ?? 'other')
  const [tags, setTags] = useState(listing?.tags.join(', ') ?? '')
  const [description, setDescription] = useState(listing?.description ?? '')
  const [torrent, setTorrent] = useState<{ readonly file: File; readonly facts: TorrentFile } | null>(null)
  const [pictures, setPictures] = useState<readonly File[]>([])
  const { isBusy, failure, run } = useWork()
  const title = written ?? nameInLink(link) ?? ''
  const takeTorrent = (file: File | undefined) =>
    run(async () => {
      setTorrent(null)
      if (!file) return
      const { readTorrentFile } = await import('./torrent-file.ts')
      const facts = await readTorrentFile(file)
      setTorrent({ file, facts })
      if (link.trim() === '') setLink(facts.link)
    })
  const send = () => {
    const { sizeBytes, fileCount } = torrent?.facts ?? {}
    return onSend(
      {
        ...{ link: link.trim(), title: title.trim(), category, tags: parseTags(tags), description },
        ...(sizeBytes !== undefined && { sizeBytes }),
        ...(fileCount !== undefined && { fileCount }),
      },
      { torrent: torrent?.file ?? null, pictures },
    )
  }
  const fieldOf = (failure as { readonly field?: string } | null)?.field
  const errorOf = (name: string) =>
    failure instanceof Error && fieldOf === name ? failure.message : undefined
  return (
    <form
      className={layout.stack4}
      onSubmit={event => {
        event.preventDefault()
        run(send)
      }}
    >
      <TextField
        label={t.link}
        hint={t.linkHint}
        error={errorOf('link')}
        required
        maxLength={8192}
        value={link}
        spellCheck={false}
        autoComplete="off"
        onChange={event => setLink(event.target.value)}
      />
      <TextField
        label={t.torrent}
        hint={t.torrentHint}
        type="file"
        accept=".torrent,application/x-bittorrent"
        onChange={event => takeTorrent(event.target.files?.[0])}
      />
      <TextField
        label={t.name}
        error={errorOf('title')}
        required
        maxLength={256}
        value={title}
        onChange={event => setWritten(event.target.value)}
      />
      <SelectField
        label={t.category}
        options={CATEGORY_OPTIONS}
        value={category}
        onChange={event => setCategory(event.target.value as Category)}
      />
      <TextField
        label={t.tags}
        hint={t.tagsHint}
        error={errorOf('tags')}
        value={tags}
        onChange={event => setTags(event.target.value)}
      />
      <DescriptionField value={description} error={errorOf('description')} onChange={setDescription} />
      <TextField
        label={t.pictures}
        hint={t.picturesHint}
        type="file"
        accept="image/*"
        multiple
        onChange={event => setPictures([...(event.target.files ?? [])])}
      />
      {failure !== null && <Problem error={failure} />}
      <div>
        <Button
          type="submit"
          variant="primary"
          size="large"
          disabled={isBusy || link.trim() === '' || title.trim() === ''}
        >
          {confirm}
        </Button>
      </div>
    </form>
  )
}

interface DescriptionProps {
  readonly value: string
  readonly error: string | undefined
  onChange(text: string): void
}

function DescriptionField({ value, error, onChange }: DescriptionProps) {
  const [shown, setShown] = useState<'write' | 'preview'>('write')
  return (
    <div className={layout.stack2}>
      {shown === 'write' ? (
        <TextArea
          label={t.description}
          hint={t.descriptionHint}
          error={error}
          rows={10}
          maxLength={60_000}
          value={value}
          onChange={event => onChange(event.target.value)}
        />
      ) : (
        <section className={layout.stack1} aria-label={t.preview}>
          <span className={layout.label}>{t.description}</span>
          <Suspense>
            <div className={`${layout.box} ${styles.preview}`}>
              <MarkdownView text={value} />
            </div>
          </Suspense>
        </section>
      )}
      <Segments<'write' | 'preview'>
        label={t.description}
        value={shown}
        segments={[
          { value: 'write', text: t.write },
          { value: 'preview', text: t.preview },
        ]}
        onChange={setShown}
      />
    </div>
  )
}

/** Returns the name in a magnet link, also in one within a share link. */
function nameInLink(link: string): string | null {
  const at = link.search(/magnet:\?/i)
  if (at < 0) return null
  return new URLSearchParams(link.slice(at + 'magnet:?'.length)).get('dn')
}
