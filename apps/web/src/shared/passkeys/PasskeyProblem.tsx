import { Problem } from '../controls/Loading.tsx'
import { Notice } from '../controls/Panels.tsx'
import { texts } from '../messages/passkeys.ts'
import { PasskeyCancelled } from './passkeys.ts'

/** Shows the error of an attempt; nothing while `failure` is null. */
export function PasskeyProblem({ failure }: { readonly failure: unknown }) {
  if (failure instanceof PasskeyCancelled) return <Notice tone="warn">{texts.cancelled}</Notice>
  return failure === null ? null : <Problem error={failure} />
}
