import type { Listing } from '@shoal/hub-api'
import { lazy, Suspense, useState } from 'react'
import { Link, useLocation, useParams } from 'wouter'
import { useAnswer } from '../../../shared/base/use-answer.ts'
import { Button, buttonClass } from '../../../shared/controls/Button.tsx'
import { ConfirmDialog } from '../../../shared/controls/ConfirmDialog.tsx'
import { CopyButton } from '../../../shared/controls/CopyButton.tsx'
import { Icon } from '../../../shared/controls/Icon.tsx'
import { Waiting } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Page } from '../../../shared/controls/Page.tsx'
import { Card, Notice } from '../../../shared/controls/Panels.tsx'
import { notify, notifyError } from '../../../shared/controls/toasts.ts'
import { formatBytes, formatCount, formatDate } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { JudgeDialog, type Judged } from '../../parts/JudgeDialog.tsx'
import { categoryName, readLink, thumbnailPath } from '../../parts/listing.ts'
import { personName } from '../../parts/person.ts'
import { Tags } from '../../parts/Tags.tsx'
import { useAccount, useHub } from '../../state/context.tsx'
import { mayUse } from '../../state/hub-store.ts'
import { Comments } from './Comments.tsx'
import styles from './listing.module.css'

const t = texts.listing
const MarkdownView = lazy(() => import('../../../shared/media/MarkdownView.tsx'))

export function ListingPage() {
  const { api } = useHub()
  const { id } = useParams<{ id: string }>()
  const asked = useAnswer(signal => api.getListing({ id }, { signal }), [id])
  if (!asked.value) return <Waiting asked={asked} />
  return <Shown listing={asked.value} onChanged={asked.reload} />
}

function Shown({ listing, onChanged }: { readonly listing: Listing; onChanged(): void }) {
  const { title, description, hidden, kind, id, thumbnails } = listing
  return (
    <Page title={shownName(title)} narrow>
      <div className={layout.stack4}>
        {hidden !== null && <Notice tone="warn">{t.hiddenBecause({ reason: hidden })}</Notice>}
        <Links listing={listing} />
        {kind === 'sealed' && <p className={layout.soft}>{t.sealed}</p>}
        {kind === 'published' && <p className={layout.soft}>{t.followed}</p>}
        {thumbnails.length > 0 && (
          <div className={`${layout.wrap2} ${styles.pictures}`}>
            {thumbnails.map((name, index) => (
              <img
                key={name}
                src={thumbnailPath(id, name)}
                alt={t.picture({ number: index + 1, title: shownName(title) })}
              />
            ))}
          </div>
        )}
        <Facts listing={listing} />
        <Card title={t.description}>
          {description.trim() === '' ? (
            <p className={layout.soft}>{t.noDescription}</p>
          ) : (
            <Suspense>
              <div className={styles.text}>
                <MarkdownView text={description} />
              </div>
            </Suspense>
          )}
        </Card>
        <Actions listing={listing} onChanged={onChanged} />
        <Comments listing={id} />
      </div>
    </Page>
  )
}

function Links({ listing: { id, link, hasTorrent } }: { readonly listing: Listing }) {
  const { kind, href } = readLink(link)
  return (
    <div className={layout.wrap2}>
      {kind === 'magnet' && (
        <a className={buttonClass('primary')} href={href}>
          <Icon name="link" />
          {t.magnet}
        </a>
      )}
      {kind === 'web' && (
        <a className={buttonClass('primary')} href={href} target="_blank" rel="noopener noreferrer">
          <Icon name="external" />
          {t.link}
        </a>
      )}
      {kind !== 'web' && (
        <a
          className={buttonClass()}
          href={`/share/#${href.replace(/^#/, '')}`}
          target="_blank"
          rel="noopener"
        >
          <Icon name="download" />
          {t.here}
        </a>
      )}
      <CopyButton text={link}>{t.copy}</CopyButton>
      {hasTorrent && (
        <a className={buttonClass()} href={`/api/listings/${encodeURIComponent(id)}/torrent`} download>
          <Icon name="save" />
          {t.torrent}
        </a>
      )}
    </div>
  )
}

function Facts({ listing }: { readonly listing: Listing }) {
  const { author, category, tags, sizeBytes, fileCount, seeders, leechers, createdMs, changedMs } = listing
  const hash = listing.infoHashV2 ?? listing.infoHashV1
  const peers = {
    seeders: texts.list.seeders({ count: seeders }),
    leechers: texts.list.leechers({ count: leechers }),
  }
  return (
    <Card title={t.facts}>
      <dl className={layout.facts}>
        <div>
          <dt>{t.author}</dt>
          <dd>
            <Link href={`/?author=${encodeURIComponent(author.did)}`}>{personName(author)}</Link>
          </dd>
        </div>
        <div>
          <dt>{t.category}</dt>
          <dd>{categoryName(category)}</dd>
        </div>
        {sizeBytes > 0 && (
          <div>
            <dt>{t.size}</dt>
            <dd>{formatBytes(sizeBytes)}</dd>
          </div>
        )}
        {fileCount !== null && (
          <div>
            <dt>{t.files}</dt>
            <dd>{formatCount(fileCount)}</dd>
          </div>
        )}
        <div>
          <dt>{t.peers}</dt>
          <dd>{t.peersNow(peers)}</dd>
        </div>
        <div>
          <dt>{t.published}</dt>
          <dd>{formatDate(createdMs)}</dd>
        </div>
        {changedMs > createdMs && (
          <div>
            <dt>{t.changed}</dt>
            <dd>{formatDate(changedMs)}</dd>
          </div>
        )}
        {hash !== null && (
          <div>
            <dt>{t.hash}</dt>
            <dd className={layout.mono}>{hash}</dd>
          </div>
        )}
        {tags.length > 0 && (
          <div>
            <dt>{t.tags}</dt>
            <dd>
              <Tags tags={tags} />
            </dd>
          </div>
        )}
      </dl>
    </Card>
  )
}

/** Buttons for its author, for members and for moderators. */
function Actions({ listing, onChanged }: { readonly listing: Listing; onChanged(): void }) {
  const { api } = useHub()
  const account = useAccount()
  const [, go] = useLocation()
  const [isRemoving, setRemoving] = useState(false)
  const [judged, setJudged] = useState<Judged | null>(null)
  if (!account) return null
  const { id, author, hidden } = listing
  const isOwn = account.did === author.did
  const remove = () =>
    api.removeListing({ id }).then(() => {
      notify(t.removed, { type: 'good' })
      go('/')
    }, notifyError)
  const judge = (act: Judged['act']) => () => setJudged({ act, kind: 'listing', id })
  return (
    <div className={layout.wrap2}>
      {isOwn && (
        <Link href={`/listings/${id}/edit`} className={buttonClass()}>
          <Icon name="edit" />
          {t.edit}
        </Link>
      )}
      {(isOwn || mayUse(account, 'admin')) && (
        <Button icon="trash" onClick={() => setRemoving(true)}>
          {t.remove}
        </Button>
      )}
      {!isOwn && (
        <Button icon="alert" onClick={judge('report')}>
          {t.report}
        </Button>
      )}
      {mayUse(account, 'moderator') && (
        <Button icon="eye" onClick={judge(hidden === null ? 'hide' : 'unhide')}>
          {hidden === null ? t.hide : t.unhide}
        </Button>
      )}
      {isRemoving && (
        <ConfirmDialog
          title={t.removeTitle}
          description={t.removeBody}
          confirm={t.remove}
          icon="trash"
          onConfirm={remove}
          onClose={() => setRemoving(false)}
        />
      )}
      {judged && <JudgeDialog judged={judged} onDone={onChanged} onClose={() => setJudged(null)} />}
    </div>
  )
}
