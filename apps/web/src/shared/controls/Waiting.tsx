import type { Asked } from '../node/context.tsx'
import { Loading, Problem } from './Parts.tsx'

/** Shown until the node has answered: a spinner, or why it failed. */
export function Waiting({
  asked: { error, reload },
}: {
  readonly asked: Pick<Asked<unknown>, 'error' | 'reload'>
}) {
  return error ? <Problem error={error} onRetry={reload} /> : <Loading />
}
