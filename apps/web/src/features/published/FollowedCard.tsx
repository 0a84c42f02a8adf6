import type { Followed } from '@shoal/api'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { notify, notifyError } from '../../shared/controls/toasts.ts'
import { formatAgo, formatDuration } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useNode } from '../../shared/node/context.tsx'
import { LinkCard } from './LinkCard.tsx'

const t = texts.pages.published

export function FollowedCard({ followed }: { readonly followed: Followed }) {
  const { api } = useNode()
  const { isBusy, run } = useWork()
  const { id, name, link, torrent, error } = followed
  const check = () =>
    run(async () => {
      // The card shows failures.
      await api
        .checkFollowed({ id })
        .then(
          ({ error, version }) => error ?? notify(resultText(name, version), { type: 'good' }),
          notifyError,
        )
    })
  const remove = () =>
    void api.unfollow({ id }).then(() => notify(t.unfollowed({ name }), { type: 'good' }), notifyError)
  return (
    <LinkCard
      {...{ name, link, torrent, error }}
      facts={facts(followed)}
      actions={
        <Button size="small" icon="refresh" disabled={isBusy} onClick={check}>
          {isBusy ? t.checking : t.check}
        </Button>
      }
      removal={{ label: t.unfollow, question: t.unfollowConfirm({ name }) }}
      onRemove={remove}
    />
  )
}

function resultText(name: string, version: string | null): string {
  return version === null ? t.noVersion : t.isVersion({ name, version })
}

function facts({ version, changedMs, checkedMs, everyMinutes, keep }: Followed): string[] {
  return [
    version === null
      ? t.noVersion
      : changedMs === null
        ? t.version({ version })
        : t.versionSince({ version, ago: formatAgo(changedMs) }),
    checkedMs === null ? t.neverChecked : t.checked({ ago: formatAgo(checkedMs) }),
    t.every({ time: formatDuration(everyMinutes * 60) }),
    keep === 'all' ? t.keepsAll : t.keepsLatest,
  ]
}
