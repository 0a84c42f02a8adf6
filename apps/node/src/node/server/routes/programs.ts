/** Only the owner of the machine may choose the program that runs on completion: a password used remotely must not run anything. */
import type { NodeOperations, SettingsChange } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { isLoopback } from '@shoal/torrent/local-address'
import { SHOAL } from '../../../base/program.ts'
import type { Access, AskingRequest } from '../access/access.ts'

/** Rejects with `forbidden` if the change names another program and does not come from this machine, with the token. */
export async function refuseProgram(
  change: SettingsChange,
  request: AskingRequest,
  { access, operations }: { access: Access; operations: Pick<NodeOperations, 'getSettings'> },
): Promise<void> {
  const wanted = change.automation?.onComplete
  if (wanted === undefined) return
  if (isLoopback(request.ip) && access.provesToken(await access.identify(request))) return
  const { automation } = await operations.getSettings({})
  if (JSON.stringify(wanted) === JSON.stringify(automation.onComplete)) return
  throw new Failure(
    'forbidden',
    `the program can only be set on the node’s own machine: with ${SHOAL} settings set automation.onComplete=…, or with --set when the node starts`,
    { field: 'automation.onComplete' },
  )
}
