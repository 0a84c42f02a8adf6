import { Button } from '../../shared/controls/Button.tsx'
import { Loading, Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { texts } from '../../shared/messages/hub.ts'
import type { Listed } from '../state/context.tsx'

type Shown = Pick<Listed<unknown>, 'items' | 'error' | 'hasMore' | 'isBusy' | 'more' | 'reload'>

/** Shown below a list: the loading state, the error, or the button for the next page. */
export function More({ list }: { readonly list: Shown }) {
  if (list.error) return <Problem error={list.error} onRetry={list.reload} />
  if (!list.items) return <Loading />
  if (!list.hasMore) return null
  return (
    <div className={layout.center}>
      <Button disabled={list.isBusy} onClick={list.more}>
        {texts.list.more}
      </Button>
    </div>
  )
}
