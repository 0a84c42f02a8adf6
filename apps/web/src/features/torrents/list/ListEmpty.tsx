import { findText } from '@shoal/messages'
import { Link } from 'wouter'
import { Button, buttonClass } from '../../../shared/controls/Button.tsx'
import { EmptyState } from '../../../shared/controls/EmptyState.tsx'
import { texts } from '../../../shared/messages/texts.ts'
import { openAdd } from '../../../shared/ui/ui.ts'
import type { Filter } from './view.ts'

const t = texts.list

/** Says why the list is empty, and what to do about it. */
export function ListEmpty({ filter, all, onClear }: { filter: Filter; all: number; onClear(): void }) {
  if (all === 0) {
    return (
      <EmptyState
        icon="share"
        title={t.empty.title}
        actions={
          <>
            <Button variant="primary" icon="plus" onClick={() => openAdd({ tab: 'download' })}>
              {t.empty.add}
            </Button>
            <Button icon="share" onClick={() => openAdd({ tab: 'share' })}>
              {t.empty.share}
            </Button>
            <Link href="/welcome" className={buttonClass('quiet')}>
              {t.empty.tour}
            </Link>
          </>
        }
      >
        {t.empty.body}
      </EmptyState>
    )
  }
  const { text, label, tag, tracker } = filter
  const onlyState = text === '' && label === null && tag === null && tracker === null
  return (
    <EmptyState
      icon="filter"
      title={t.emptyFilter.title}
      actions={
        <>
          <Button onClick={onClear}>{t.emptyFilter.clear}</Button>
          {filter.text !== '' && (
            <Link href={`/search?q=${encodeURIComponent(filter.text)}`} className={buttonClass('quiet')}>
              {t.emptyFilter.search({ text: filter.text })}
            </Link>
          )}
        </>
      }
    >
      {(onlyState && findText(t.emptyState, filter.state)) || t.emptyFilter.body}
    </EmptyState>
  )
}
